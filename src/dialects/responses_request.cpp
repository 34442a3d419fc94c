#include "llm_proxy/dialects/responses_request.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::member_of;
using providers::text_of;

/// Translated by themselves, or without a meaning for a chat.
constexpr std::array<std::string_view, 19> not_passed{"input",
                                                      "instructions",
                                                      "tools",
                                                      "tool_choice",
                                                      "parallel_tool_calls",
                                                      "text",
                                                      "reasoning",
                                                      "max_output_tokens",
                                                      "max_tool_calls",
                                                      "include",
                                                      "truncation",
                                                      "store",
                                                      "stream_options",
                                                      "top_logprobs",
                                                      "background",
                                                      "previous_response_id",
                                                      "conversation",
                                                      "prompt",
                                                      "messages"};

/// Says what to do in place of what only a keeper of responses can do.
result<void> refuse_keeping(const document& request) {
    if (member_of(request, "previous_response_id") != nullptr) {
        error out = bad_request(
            "previous_response_id: this model's responses are not kept, so there is nothing to go "
            "on from. Send the whole conversation as `input`: the earlier items, those of `output` "
            "included, and the new ones.");
        out.param = "previous_response_id";
        return out;
    }
    for (const char* name : {"conversation", "prompt"}) {
        if (member_of(request, name) != nullptr) {
            error out = bad_request(std::string(name) + ": this model's provider keeps none. Send "
                                                        "the whole as `input` and `instructions`.");
            out.param = name;
            return out;
        }
    }
    if (const document* value = member_of(request, "background");
        value != nullptr && *value != false) {
        error out = bad_request("background: this model answers at once or in a stream only.");
        out.param = "background";
        return out;
    }
    return {};
}

/// `text.format` as a chat's `response_format`; null where it says nothing.
document response_format(const document& text) {
    const document* format = member_of(text, "format");
    if (format == nullptr || text_of(*format, "type") != "json_schema") {
        return format == nullptr || text_of(*format, "type") == "text" ? document() : *format;
    }
    document schema = document::object();
    for (const char* name : {"name", "description", "schema", "strict"}) {
        if (const document* value = member_of(*format, name)) {
            schema[name] = *value;
        }
    }
    return {{"type", "json_schema"}, {"json_schema", std::move(schema)}};
}

void write_text(const document& request, document& chat) {
    const document* text = member_of(request, "text");
    if (text == nullptr) {
        return;
    }
    if (document format = response_format(*text); !format.is_null()) {
        chat["response_format"] = std::move(format);
    }
    if (const document* verbosity = member_of(*text, "verbosity")) {
        chat["verbosity"] = *verbosity;
    }
}

void write_reasoning(const document& request, document& chat) {
    const document* reasoning = member_of(request, "reasoning");
    if (reasoning != nullptr && reasoning->is_string()) {
        chat["reasoning_effort"] = *reasoning;
    } else if (reasoning != nullptr) {
        if (const document* effort = member_of(*reasoning, "effort")) {
            chat["reasoning_effort"] = *effort;
        }
    }
}

bool is_passed(std::string_view name) {
    return std::find(not_passed.begin(), not_passed.end(), name) == not_passed.end();
}

} // namespace

result<chat_request> make_chat_request(const document& request) {
    if (auto refused = refuse_keeping(request); !refused) {
        return refused.error();
    }
    chat_request out{std::make_unique<document>(document::object()), {}};
    document& chat = *out.body;
    auto messages = make_chat_messages(request);
    if (!messages) {
        return messages.error();
    }
    for (const auto& [name, value] : request.items()) {
        if (is_passed(name) && !value.is_null()) {
            chat[name] = value;
        }
    }
    chat["messages"] = *std::move(messages);
    if (const document* limit = member_of(request, "max_output_tokens")) {
        chat["max_tokens"] = *limit;
    }
    if (auto written = write_chat_tools(request, chat, out.free_text); !written) {
        return written.error();
    }
    write_text(request, chat);
    write_reasoning(request, chat);
    if (const document* streams = member_of(request, "stream");
        streams != nullptr && *streams == true) {
        chat["stream_options"] = {{"include_usage", true}};
    }
    return out;
}

} // namespace llm_proxy::dialects
