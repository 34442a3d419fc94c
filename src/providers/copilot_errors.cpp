#include "llm_proxy/providers/copilot_errors.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

constexpr std::array<std::string_view, 5> token_beginnings{"tid=", "gho_", "ghu_", "ghp_",
                                                           "github_pat_"};
/// What ends a token in a text.
constexpr std::string_view token_ends = " \t\r\n\"'`,\\)}]>";

/// Without what begins like a token.
std::string masked(std::string_view text, std::string_view beginning) {
    std::string out;
    for (std::size_t at = text.find(beginning); at != text.npos; at = text.find(beginning)) {
        out.append(text.substr(0, at)).append("***");
        text.remove_prefix(std::min(text.find_first_of(token_ends, at), text.size()));
    }
    return out.append(text);
}

} // namespace

bool copilot_says_too_long(const upstream_text& said) {
    return said.code == "model_max_prompt_tokens_exceeded" ||
           (contains_any(said.message, {"prompt token count of "}) &&
            contains_any(said.message, {" exceeds the limit of "}));
}

std::string_view copilot_advice(int status, const upstream_text& said) {
    if (said.code == "unsupported_api_for_model") {
        return contains_any(said.message, {"/chat/completions"})
                   ? "Set `model_info.mode: responses` for this deployment."
                   : "Set `model_info.mode: chat` for this deployment.";
    }
    if (status == 403 || said.code == "model_not_supported") {
        return "Check that the account has a GitHub Copilot seat, and that its or its "
               "organization's Copilot settings (https://github.com/settings/copilot) enable this "
               "model.";
    }
    if (status == 466) {
        return "The editor version in the request's headers is too old for GitHub: set newer "
               "values of Editor-Version, Editor-Plugin-Version, User-Agent and "
               "X-GitHub-Api-Version in the deployment's `extra_headers`.";
    }
    return {};
}

std::string without_copilot_tokens(std::string_view text) {
    std::string out(text);
    for (const std::string_view beginning : token_beginnings) {
        out = masked(out, beginning);
    }
    return out;
}

} // namespace llm_proxy::providers
