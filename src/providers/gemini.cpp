#include "llm_proxy/providers/gemini.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/providers/gemini_request.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/percent.hpp"

#include <array>
#include <string>
#include <utility>

namespace llm_proxy::providers {

namespace {

constexpr std::string_view google_host = "generativelanguage.googleapis.com";
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

/// Where Google is called without a version in the base, it hangs on the model.
std::string_view version_for(const inbound_call& call) {
    const bool by_model =
        call.type == model::call_type::chat_completion || call.type == model::call_type::speech;
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
    out.header_lines = make_lines(params, out);
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
    head.request_line("POST", target_path(call, target, request->method));
    head.raw(target.header_lines);
    finish_json_call(out);
    out.answers = make_gemini_translation(std::move(request->answer));
    return {};
}

error gemini::classify(const upstream_answer& answer, const call_names& names) const {
    error failure = gemini_error(answer.status, answer.body, names.group);
    // The text is cut to size already, so that scrubbing could not hide its retry hint.
    failure.message = without_credentials(failure.message, *names.target);
    return failure;
}

} // namespace llm_proxy::providers
