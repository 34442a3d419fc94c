#include "llm_proxy/dialects/messages_request.hpp"

#include "llm_proxy/dialects/messages_content.hpp"
#include "llm_proxy/dialects/messages_tools.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::member_of;
using providers::text_of;

/// What is translated, and what a chat cannot say.
constexpr std::array<std::string_view, 23> no_chat_members{"messages",
                                                           "system",
                                                           "metadata",
                                                           "litellm_metadata",
                                                           "tools",
                                                           "tool_choice",
                                                           "thinking",
                                                           "stop_sequences",
                                                           "output_format",
                                                           "output_config",
                                                           "container",
                                                           "service_tier",
                                                           "speed",
                                                           "cache_control",
                                                           "inference_geo",
                                                           "context_management",
                                                           "safeguards",
                                                           "anthropic_version",
                                                           "betas",
                                                           "diagnostics",
                                                           "workspace_id",
                                                           "user_profile_id",
                                                           "n"};

/// LiteLLM's bounds of the efforts, in tokens of thought.
std::string_view effort_of_budget(std::int64_t budget) {
    if (budget >= 4096) {
        return "high";
    }
    if (budget >= 2048) {
        return "medium";
    }
    return budget >= 1024 ? "low" : "minimal";
}

/// The effort that adaptive thinking asks for; empty if none.
std::string_view declared_effort(const document& request, const messages_model& model) {
    const std::string_view effort =
        text_of(providers::wire::member(request, "output_config"), "effort");
    return effort == "max" && !model.is_claude ? "high" : effort; // others have no `max`
}

void translate_thinking(const document& request, const messages_model& model, document& chat) {
    const document* thinking = member_of(request, "thinking");
    if (thinking == nullptr || chat.contains("reasoning_effort")) {
        return;
    }
    const std::string_view type = text_of(*thinking, "type");
    const bool adaptive = type == "adaptive";
    if (model.is_claude) {
        chat["thinking"] = *thinking;
        if (const auto effort = declared_effort(request, model); adaptive && !effort.empty()) {
            chat["reasoning_effort"] = effort;
        }
    } else if (type == "disabled") {
        chat["reasoning_effort"] = "none";
    } else if (type == "enabled") {
        chat["reasoning_effort"] =
            effort_of_budget(providers::wire::count(*thinking, "budget_tokens"));
    } else if (adaptive) {
        const auto effort = declared_effort(request, model);
        chat["reasoning_effort"] = effort.empty() ? std::string_view("medium") : effort;
    }
}

/// OpenAI's strict mode wants every property required and no others allowed.
void make_strict(document& schema) {
    if (!schema.is_object()) {
        return;
    }
    const auto properties = schema.find("properties");
    if (text_of(schema, "type") == "object" && properties != schema.end() &&
        properties->is_object()) {
        document required = document::array();
        for (auto& [name, property] : properties->items()) {
            required.push_back(name);
            make_strict(property);
        }
        schema["additionalProperties"] = false;
        schema["required"] = std::move(required);
    }
    for (auto& [name, inner] : schema.items()) {
        const bool is_list = name == "anyOf" || name == "oneOf" || name == "allOf";
        const bool is_map = name == "$defs" || name == "definitions";
        if (name == "items") {
            make_strict(inner);
        } else if ((is_list && inner.is_array()) || (is_map && inner.is_object())) {
            std::for_each(inner.begin(), inner.end(), make_strict);
        }
    }
}

void translate_format(const document& request, document& chat) {
    const document* format = member_of(request, "output_format");
    if (format == nullptr) {
        format = member_of(providers::wire::member(request, "output_config"), "format");
    }
    const document* schema = format == nullptr ? nullptr : member_of(*format, "schema");
    if (schema == nullptr || text_of(*format, "type") != "json_schema") {
        return;
    }
    document strict = *schema;
    make_strict(strict);
    document named{{"name", "structured_output"}, {"schema", std::move(strict)}, {"strict", true}};
    chat["response_format"] = {{"type", "json_schema"}, {"json_schema", std::move(named)}};
}

void translate_metadata(const document& request, document& chat) {
    const document* metadata = member_of(request, "metadata");
    if (metadata != nullptr && !text_of(*metadata, "user_id").empty()) {
        chat["user"] = text_of(*metadata, "user_id");
    }
    if (const document* own = member_of(request, "litellm_metadata")) {
        chat["metadata"] = *own;
    }
}

result<void> translate_stop(const document& request, document& chat) {
    const document* stop = member_of(request, "stop_sequences");
    if (stop == nullptr) {
        return {};
    }
    if (!stop->is_array()) {
        return bad_request("stop_sequences must be a list.");
    }
    if (!stop->empty()) {
        chat["stop"] = *stop;
    }
    return {};
}

void copy_others(const document& request, document& chat) {
    for (const auto& [name, value] : request.items()) {
        const bool known = std::find(no_chat_members.begin(), no_chat_members.end(), name) !=
                           no_chat_members.end();
        if (!known && !value.is_null() && !chat.contains(name)) {
            chat[name] = value;
        }
    }
    if (providers::wire::flag(request, "stream")) {
        chat["stream_options"] = {{"include_usage", true}};
    }
}

} // namespace

result<document> chat_of_messages(const document& request, const messages_model& model,
                                  tool_name_map& names) {
    const document* servers = member_of(request, "mcp_servers");
    if (servers != nullptr && !servers->empty()) {
        return bad_request("mcp_servers are not supported for this model.");
    }
    document chat = document::object();
    if (const document* name = member_of(request, "model")) {
        chat["model"] = *name;
    }
    auto messages = chat_messages(request, model);
    if (!messages) {
        return messages;
    }
    chat["messages"] = *std::move(messages);
    if (auto stop = translate_stop(request, chat); !stop) {
        return stop.error();
    }
    if (auto tools = translate_messages_tools(request, model, chat, names); !tools) {
        return tools.error();
    }
    translate_metadata(request, chat);
    translate_format(request, chat);
    copy_others(request, chat);
    chat.erase("mcp_servers");
    translate_thinking(request, model, chat);
    return chat;
}

} // namespace llm_proxy::dialects
