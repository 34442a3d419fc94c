#include "llm_proxy/providers/github_models.hpp"

#include "llm_proxy/providers/scrub.hpp"

#include <array>

namespace llm_proxy::providers {

namespace {

/// What GitHub's REST API asks of its callers.
constexpr std::array github_headers{
    fixed_header{"Accept", "application/vnd.github+json", ""},
    fixed_header{"X-GitHub-Api-Version", "2022-11-28", ""},
};

// LiteLLM's default is Azure's host, which was switched off nine months before the service.
constexpr dialect github_models_dialect{.prefix = "github",
                                        .exception_name = "GithubException",
                                        .default_base = "https://models.github.ai/inference",
                                        .base_variables = {"GITHUB_API_BASE"},
                                        .key_variables = {"GITHUB_API_KEY"},
                                        .headers = github_headers,
                                        .other_names = older_limit};

constexpr std::string_view azure_host = "models.inference.ai.azure.com";

constexpr std::string_view advice =
    "GitHub Models was retired on 30 July 2026 and answers no more calls: give this deployment "
    "another provider, such as openrouter/, gemini/ or github_copilot/.";

/// 410, or one of its codes: `github_models_retired`, before that
/// `github_models_retirement_brownout`.
bool is_retired(const upstream_answer& answer, const upstream_text& said) {
    return answer.status == 410 || said.code.starts_with("github_models_retire");
}

} // namespace

github_models::github_models() : openai_compatible(github_models_dialect) {}

std::string github_models::complete_base(std::string base) const {
    return base == "https://models.github.ai" ? base + "/inference" : base;
}

result<void> github_models::translate(const inbound_call& call, const model::deployment& target,
                                      outbound_call& out) const {
    if (call.type != model::call_type::chat_completion &&
        call.type != model::call_type::completion) {
        return error(400, "invalid_request_error",
                     "litellm.BadRequestError: github/ does not serve " +
                         std::string(model::traits_of(call.type).path) + ".");
    }
    const std::size_t slash = call.upstream_model.find('/');
    if (target.origin->host != azure_host || slash == std::string::npos) {
        return openai_compatible::translate(call, target, out);
    }
    inbound_call bare = call;
    bare.upstream_model.erase(0, slash + 1);
    return openai_compatible::translate(bare, target, out);
}

error github_models::classify(const upstream_answer& answer, const call_names& names) const {
    const upstream_text said = read_upstream_text(answer.body);
    if (!is_retired(answer, said)) {
        return openai_compatible::classify(answer, names);
    }
    std::string text;
    if (said.present) {
        text = presentable(said.message, *names.target) + " ";
    }
    text += advice;
    return make_error(error_class::api_error, 410, exception_name(), text, names.group);
}

} // namespace llm_proxy::providers
