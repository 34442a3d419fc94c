#include "llm_proxy/providers/lm_studio.hpp"

#include "llm_proxy/util/strings.hpp"

#include <string>

namespace llm_proxy::providers {

namespace {

constexpr dialect lm_studio_dialect{.prefix = "lm_studio",
                                    .exception_name = "Lm_studioException",
                                    .base_variables = {"LM_STUDIO_API_BASE"},
                                    .key_variables = {"LM_STUDIO_API_KEY"},
                                    .key = key_rule::dummy,
                                    .reasoning = reasoning_form::tagged,
                                    .server = "LM Studio"};

/// Seconds that a model stays loaded: a parameter here, though one of the gateway elsewhere.
void pass_time_to_live(const inbound_call& call, json::splice& body) {
    const auto* item = json::find(call.body, *call.members, "ttl");
    if (item != nullptr) {
        body.set_default("ttl", std::string(json::value_of(call.body, *item)));
    }
}

/// `{"type": "json_schema", "schema": …}` becomes OpenAI's form.
void nest_schema(json::splice& body) {
    body.within("response_format", [](json::splice& format) {
        const std::string schema(format.value("schema"));
        if (format.value("type") == R"("json_schema")" && !schema.empty() &&
            format.value("json_schema").empty()) {
            format.remove("schema");
            format.set("json_schema", R"({"schema":)" + schema + "}");
        }
    });
}

/// The texts of its engines, from the reports of their users.
bool says_prompt_too_long(std::string_view text) {
    const std::string said = lower(text);
    return contains_any(said, {"loaded with context length of only",
                               "from the initial prompt is greater than the context length",
                               "cannot truncate prompt with n_keep", "reached context length of",
                               "context size has been exceeded"});
}

} // namespace

lm_studio::lm_studio() : openai_compatible(lm_studio_dialect) {}

void lm_studio::adjust(const inbound_call& call, json::splice& body) const {
    openai_compatible::adjust(call, body);
    pass_time_to_live(call, body);
    nest_schema(body);
}

verdict lm_studio::judge(const upstream_answer& answer, const upstream_text& said) const {
    if (says_prompt_too_long(said.message)) {
        return error_class::context_window_exceeded;
    }
    return openai_compatible::judge(answer, said);
}

} // namespace llm_proxy::providers
