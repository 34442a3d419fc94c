#include "llm_proxy/providers/form_fields.hpp"

#include "llm_proxy/providers/unsupported_error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llm_proxy::providers {

namespace {

struct missing_field {
    std::string_view provider;
    std::string_view name;
};

/// Groq's `timestamp_granularities`, which LiteLLM's table lacks too, are in its reference:
/// console.groq.com/docs/api-reference, transcriptions.
constexpr std::array missing_fields{
    missing_field{"mistral", "prompt"},
    missing_field{"gemini", "prompt"},
    missing_field{"gemini", "temperature"},
};

} // namespace

field_use use_of_field(std::string_view name, const model::deployment& target,
                       model::call_type type) {
    const bool missing =
        type == model::call_type::transcription &&
        std::any_of(missing_fields.begin(), missing_fields.end(), [&](const missing_field& one) {
            return one.name == name && one.provider == target.provider;
        });
    if (!missing) {
        return field_use::passed_on;
    }
    const auto& rules = target.parameters;
    const bool drops = rules.drop || rules.drop_everywhere.value_or(false);
    return drops ? field_use::dropped : field_use::refused;
}

error refused_field(std::string_view name, const model::deployment& target,
                    std::string_view group) {
    return unsupported_error("Setting " + std::string(name) + " is not supported by " +
                                 target.provider +
                                 ". To drop it from the call, set `litellm.drop_params = True`.",
                             group);
}

result<void> check_fields(const inbound_call& call, const model::deployment& target) {
    for (const http::form_part& part : *call.parts) {
        if (!part.is_file && use_of_field(part.name, target, call.type) == field_use::refused) {
            return refused_field(part.name, target, call.requested_model);
        }
    }
    return {};
}

} // namespace llm_proxy::providers
