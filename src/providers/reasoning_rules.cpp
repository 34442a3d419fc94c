#include "llm_proxy/providers/reasoning_rules.hpp"

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/unsupported_error.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

namespace {

bool is_given(std::string_view value) {
    return !value.empty() && value != "null";
}

bool is_one(std::string_view value) {
    double number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    return read.ec == std::errc() && read.ptr == value.data() + value.size() && number == 1;
}

/// Whether the model answers this call without reasoning.
bool skips_reasoning(model::reasoning_kind kind, std::string_view effort) {
    if (kind == model::reasoning_kind::skipped_by_default) {
        return !is_given(effort) || effort == R"("none")";
    }
    return kind == model::reasoning_kind::can_be_skipped && effort == R"("none")";
}

void rename_limit(json::splice& body) {
    const std::string limit(body.value("max_tokens"));
    if (limit.empty()) {
        return;
    }
    body.remove("max_tokens");
    body.set_default("max_completion_tokens", limit);
}

std::string temperature_text(const inbound_call& call, model::reasoning_kind kind,
                             std::string_view temperature) {
    const std::string value(temperature);
    if (kind == model::reasoning_kind::o_series) {
        return "O-series models don't support temperature=" + value +
               ". Only temperature=1 is supported. To drop unsupported openai params from the "
               "call, set `litellm.drop_params = True`";
    }
    return call.upstream_model + " doesn't support temperature=" + value +
           " while reasoning is active. Only temperature=1 is supported unless reasoning_effort "
           "resolves to 'none', either set explicitly on the request or declared as the model's "
           "default_reasoning_effort. To drop unsupported params set `litellm.drop_params = True`";
}

std::string sampling_text(const inbound_call& call, std::string_view effort) {
    const std::string named =
        effort.starts_with('"') ? "'" + json::unescape(effort) + "'" : std::string("None");
    return call.upstream_model +
           " only supports logprobs, top_p, top_logprobs when reasoning_effort resolves to "
           "'none', either set explicitly on the request or declared as the model's "
           "default_reasoning_effort. Current reasoning_effort=" +
           named + ". To drop unsupported params set `litellm.drop_params = True`";
}

} // namespace

result<void> apply_reasoning_rules(const inbound_call& call, model::reasoning_kind kind, bool drop,
                                   json::splice& body) {
    rename_limit(body);
    const std::string effort(body.value("reasoning_effort"));
    if (skips_reasoning(kind, effort)) {
        return {};
    }
    const bool may_sample = kind == model::reasoning_kind::can_be_skipped ||
                            kind == model::reasoning_kind::skipped_by_default;
    for (const char* name : {"logprobs", "top_p", "top_logprobs"}) {
        if (!may_sample || !is_given(body.value(name))) {
            continue;
        }
        if (!drop) {
            return unsupported_error(sampling_text(call, effort), call.requested_model);
        }
        body.remove(name);
    }
    const std::string temperature(body.value("temperature"));
    if (is_given(temperature) && !is_one(temperature)) {
        if (!drop) {
            return unsupported_error(temperature_text(call, kind, temperature),
                                     call.requested_model);
        }
        body.remove("temperature");
    }
    return {};
}

} // namespace llm_proxy::providers
