#include "llm_proxy/providers/gemini.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/providers/gemini_request.hpp"
#include "llm_proxy/providers/model_list.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

namespace llm_proxy::providers {

namespace {

constexpr std::string_view interactions_revision = "2026-05-20";
constexpr std::array<std::string_view, 1> base_variables{"GEMINI_API_BASE"};
constexpr std::array<std::string_view, 3> key_variables{"GOOGLE_API_KEY", "GEMINI_API_KEY",
                                                        "PALM_API_KEY"};

std::string choose_base(const config::litellm_params& params, const variable_lookup& variable) {
    if (params.api_base && !params.api_base->empty()) {
        return *params.api_base;
    }
    if (auto from_environment = first_set(base_variables, variable)) {
        return *std::move(from_environment);
    }
    return "https://" + std::string(google_host);
}

std::string make_lines(const config::litellm_params& params, const model::deployment& target) {
    header_set headers;
    if (!target.key.empty()) {
        headers.set("x-goog-api-key", target.key.reveal());
    }
    headers.add_extra(params);
    return headers.lines(*target.origin);
}

struct budget_variable {
    std::string_view name;
    int thinking_budgets::* budget;
};

constexpr std::array budget_variables{
    budget_variable{"DEFAULT_REASONING_EFFORT_DISABLE_THINKING_BUDGET", &thinking_budgets::off},
    budget_variable{"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_FLASH",
                    &thinking_budgets::least_flash},
    budget_variable{"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_FLASH_LITE",
                    &thinking_budgets::least_flash_lite},
    budget_variable{"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_PRO",
                    &thinking_budgets::least_pro},
    budget_variable{"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET", &thinking_budgets::least},
    budget_variable{"DEFAULT_REASONING_EFFORT_LOW_THINKING_BUDGET", &thinking_budgets::low},
    budget_variable{"DEFAULT_REASONING_EFFORT_MEDIUM_THINKING_BUDGET", &thinking_budgets::medium},
    budget_variable{"DEFAULT_REASONING_EFFORT_HIGH_THINKING_BUDGET", &thinking_budgets::high},
};

/// The budgets of the environment; null if it sets none.
std::shared_ptr<const thinking_budgets> read_budgets(const variable_lookup& variable,
                                                     const config::model_entry& entry,
                                                     config::problems& found) {
    std::shared_ptr<thinking_budgets> out;
    for (const auto& [name, budget] : budget_variables) {
        const auto text = variable(name);
        if (!text || trim(*text).empty()) {
            continue;
        }
        const std::string_view digits = trim(*text);
        int tokens = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), tokens);
        if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
            found.push_back({config::severity::error,
                             entry.where,
                             std::string(name),
                             "the environment variable must be a whole number",
                             {}});
            continue;
        }
        if (!out) {
            out = std::make_shared<thinking_budgets>();
        }
        (*out).*budget = tokens;
    }
    return out;
}

/// The operator's safety settings are a default like the deployment's own.
void add_safety(const config::settings& settings, model::deployment& out) {
    const std::string& safety = settings.litellm.vertex_ai_safety_settings;
    const bool has_own =
        std::any_of(out.defaults.begin(), out.defaults.end(), [](const config::json_member& item) {
            return item.name == "safety_settings" || item.name == "safetySettings";
        });
    if (!safety.empty() && !has_own) {
        out.defaults.push_back({"safety_settings", safety});
    }
}

/// Where Google is called without a version in the base, it hangs on the model.
std::string_view version_for(const inbound_call& call) {
    const bool by_model = call.type == model::call_type::chat_completion ||
                          call.type == model::call_type::completion ||
                          call.type == model::call_type::speech;
    return by_model ? gemini_api_version(gemini_model(call.upstream_model)) : "v1beta";
}

std::string target_path(const inbound_call& call, const model::deployment& target,
                        const std::string& method) {
    std::string path = target.base_path;
    if (path.empty() && target.origin->host == google_host) {
        path.append("/").append(version_for(call));
    }
    return path + "/models/" + percent_encode(call.upstream_model) + method;
}

/// The Interactions API has one path for all models (ai.google.dev/gemini-api/docs/interactions). A
/// base without a version gets one, as LiteLLM expects such a base here.
std::string interactions_path(const model::deployment& target) {
    const std::string& base = target.base_path;
    const std::size_t slash = base.rfind('/');
    const bool versioned = slash != std::string::npos && base.size() > slash + 2 &&
                           base[slash + 1] == 'v' && base[slash + 2] >= '1' &&
                           base[slash + 2] <= '9';
    return base + (versioned ? "" : "/v1beta") + "/interactions";
}

/// The client's text for a refusal of ours. Those that are no plain bad request have it already.
error worded(error refused, std::string_view group) {
    if (refused.status != 400) {
        return refused;
    }
    if (!refused.message.starts_with("litellm.")) {
        refused.message.insert(0, "litellm.BadRequestError: ");
    }
    if (!refused.message.ends_with(group_suffix(group))) {
        refused.message += group_suffix(group);
    }
    return refused;
}

} // namespace

bool gemini::prepare(const config::model_entry& entry, const config::settings& settings,
                     const variable_lookup& variable, model::deployment& out,
                     config::problems& found) const {
    const auto& params = entry.params;
    const std::string base = choose_base(params, variable);
    if (!use_base(base, entry, settings, "write it as https://host/v1beta", out, found)) {
        return false;
    }
    out.key = configured_key(params, key_variables, variable);
    out.credential_missing = out.key.empty();
    if (out.info.mode.empty()) {
        out.info.mode = gemini_mode(gemini_model(out.upstream_model));
    }
    out.header_lines = make_lines(params, out);
    out.thinking = read_budgets(variable, entry, found);
    add_safety(settings, out);
    return true;
}

std::vector<std::string> gemini::remote_files(const inbound_call& call) const {
    return gemini_remote_files(call);
}

result<void> gemini::translate(const inbound_call& call, const model::deployment& target,
                               outbound_call& out) const {
    auto request = make_gemini_request(call, target);
    if (!request) {
        return worded(request.error(), call.requested_model);
    }
    out.body = std::move(request->body);
    out.head.clear();
    http::head_writer head(out.head);
    const bool interacts = call.type == model::call_type::transcription;
    head.request_line("POST", interacts ? interactions_path(target)
                                        : target_path(call, target, request->method));
    head.raw(target.header_lines);
    if (interacts) {
        head.header("Api-Revision", interactions_revision);
    }
    finish_json_call(out);
    out.answers = make_gemini_translation(std::move(request->answer));
    return {};
}

std::string gemini::model_list_request(const model::deployment& target,
                                       const model::access*) const {
    return make_list_request(target, gemini_base(target) + "/models?pageSize=1000");
}

std::vector<std::string> gemini::read_model_list(std::string_view body) const {
    return read_listed_names(body, "models", [](const listed_model& one) {
        constexpr std::string_view folder = "models/";
        const auto* methods = json::find(one.text, one.members, "supportedGenerationMethods");
        const bool served =
            methods == nullptr || contains_any(json::value_of(one.text, *methods),
                                               {"\"generateContent\"", "\"embedContent\""});
        std::string name = served ? one.name("name") : std::string();
        return name.starts_with(folder) ? name.substr(folder.size()) : name;
    });
}

error gemini::classify(const upstream_answer& answer, const call_names& names) const {
    error failure = gemini_error(answer.status, answer.body, names.group);
    // The text is cut to size already, so that scrubbing could not hide its retry hint.
    failure.message = without_credentials(failure.message, *names.target);
    return failure;
}

} // namespace llm_proxy::providers
