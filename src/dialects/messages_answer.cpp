#include "llm_proxy/dialects/messages_answer.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::first_text_of;
using providers::member_of;
using providers::text_of;
namespace wire = providers::wire;

std::int64_t first_count(const document& object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (const std::int64_t found = wire::count(object, name); found > 0) {
            return found;
        }
    }
    return 0;
}

std::string_view call_signature(const document& call) {
    const std::string_view own =
        text_of(wire::member(call, "provider_specific_fields"), "thought_signature");
    const document& function = wire::member(call, "function");
    return own.empty()
               ? text_of(wire::member(function, "provider_specific_fields"), "thought_signature")
               : own;
}

void add_thoughts(const document& message, document& content) {
    const document& blocks = wire::list(message, "thinking_blocks");
    for (const document& block : blocks) {
        const std::string_view type = text_of(block, "type");
        const std::string_view signature = text_of(block, "signature");
        if (type == "redacted_thinking") {
            content.push_back({{"type", type}, {"data", text_of(block, "data")}});
        } else if (type == "thinking" &&
                   !(text_of(block, "thinking").empty() && signature.empty())) {
            content.push_back({{"type", type},
                               {"thinking", text_of(block, "thinking")},
                               {"signature", signature}});
        }
    }
    const std::string_view reasoning = first_text_of(message, {"reasoning_content", "reasoning"});
    if (blocks.empty() && !reasoning.empty()) {
        content.push_back({{"type", "thinking"}, {"thinking", reasoning}, {"signature", ""}});
    }
}

std::string content_text(const document& message) {
    std::string out(text_of(message, "content"));
    for (const document& part : wire::list(message, "content")) {
        out += text_of(part, "text");
    }
    return out;
}

void add_text(const document& message, document& content) {
    std::string text = content_text(message);
    const bool called = !wire::list(message, "tool_calls").empty();
    const bool told = member_of(message, "content") != nullptr && !called;
    if (told || !text.empty()) {
        document block{{"type", "text"}, {"text", std::move(text)}};
        document citations = document::array();
        for (const document& annotation : wire::list(message, "annotations")) {
            if (document citation = messages_citation(annotation); !citation.is_null()) {
                citations.push_back(std::move(citation));
            }
        }
        if (!citations.empty()) {
            block["citations"] = std::move(citations);
        }
        content.push_back(std::move(block));
    }
    if (const auto refusal = text_of(message, "refusal"); !refusal.empty()) {
        content.push_back({{"type", "text"}, {"text", refusal}});
    }
}

result<document> input_of(const document& call, bool cut) {
    const document& function = wire::member(call, "function");
    const document& arguments = wire::member(function, "arguments");
    const std::string_view text = text_of(function, "arguments");
    if (arguments.is_object()) {
        return arguments;
    }
    if (trim(text).empty()) {
        return document::object();
    }
    auto parsed = providers::parse_document(text);
    if (parsed) {
        return *std::move(parsed);
    }
    if (cut) {
        return document::object();
    }
    return error(500, "internal_server_error",
                 "Failed to parse tool call arguments for tool '" +
                     std::string(text_of(function, "name")) + "': they are no JSON.");
}

result<void> add_calls(const document& message, bool cut, const tool_name_map& names,
                       document& content) {
    for (const document& call : wire::list(message, "tool_calls")) {
        document block = tool_use_block(call, names);
        auto input = input_of(call, cut);
        if (!input) {
            return input.error();
        }
        block["input"] = *std::move(input);
        content.push_back(std::move(block));
    }
    return {};
}

/// The type that Anthropic has for a status.
std::string_view messages_error_type(int status) {
    switch (status) {
    case 400:
        return "invalid_request_error";
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 413:
        return "request_too_large";
    case 429:
        return "rate_limit_error";
    case 529:
        return "overloaded_error";
    default:
        return "api_error";
    }
}

} // namespace

document tool_use_block(const document& call, const tool_name_map& names) {
    const std::string_view name = text_of(wire::member(call, "function"), "name");
    const auto full = names.find(name);
    document block{{"type", "tool_use"},
                   {"id", messages_call_id(text_of(call, "id"))},
                   {"name", full == names.end() ? name : std::string_view(full->second)},
                   {"input", document::object()}};
    if (const auto signature = call_signature(call); !signature.empty()) {
        block["provider_specific_fields"] = {{"signature", signature}};
    }
    return block;
}

document messages_citation(const document& annotation) {
    const document& page = wire::member(annotation, "url_citation");
    if (text_of(annotation, "type") != "url_citation" || text_of(page, "url").empty()) {
        return nullptr;
    }
    return {{"type", "web_search_result_location"},
            {"cited_text", text_of(page, "content")},
            {"url", text_of(page, "url")},
            {"title", text_of(page, "title")},
            {"encrypted_index", ""}};
}

document messages_usage(const document* usage) {
    static const document none;
    const document& given = usage == nullptr ? none : *usage;
    const document& details = wire::member(given, "prompt_tokens_details");
    std::int64_t read = wire::count(given, "cache_read_input_tokens");
    std::int64_t written = wire::count(given, "cache_creation_input_tokens");
    read = read > 0 ? read : wire::count(details, "cached_tokens");
    written = written > 0 ? written
                          : first_count(details, {"cache_creation_tokens", "cache_write_tokens"});
    const std::int64_t prompt = wire::count(given, "prompt_tokens");
    document out{{"input_tokens", std::max<std::int64_t>(prompt - read - written, 0)},
                 {"output_tokens", wire::count(given, "completion_tokens")}};
    if (written > 0) {
        out["cache_creation_input_tokens"] = written;
    }
    if (read > 0) {
        out["cache_read_input_tokens"] = read;
    }
    std::int64_t searches =
        wire::count(wire::member(given, "server_tool_use"), "web_search_requests");
    searches = searches > 0 ? searches : wire::count(details, "web_search_requests");
    if (searches > 0) {
        out["server_tool_use"] = {{"web_search_requests", searches}};
    }
    return out;
}

std::string_view messages_stop_reason(std::string_view finish_reason) {
    if (finish_reason == "length") {
        return "max_tokens";
    }
    if (finish_reason == "tool_calls" || finish_reason == "function_call") {
        return "tool_use";
    }
    return finish_reason == "content_filter" || finish_reason == "refusal" ? "refusal" : "end_turn";
}

document refusal_details(std::string_view text) {
    return {{"type", "refusal"},
            {"category", nullptr},
            {"explanation", text.empty() ? document() : document(text)}};
}

result<document> message_of_chat(const document& completion, const tool_name_map& names) {
    const document& choices = wire::list(completion, "choices");
    const document choice = choices.empty() ? document() : choices.front();
    const document& message = wire::member(choice, "message");
    if (!message.is_object()) {
        return error(502, "internal_server_error", "The completion has no message.");
    }
    const std::string_view finish = text_of(choice, "finish_reason");
    document content = document::array();
    add_thoughts(message, content);
    add_text(message, content);
    if (auto added = add_calls(message, finish == "length", names, content); !added) {
        return added.error();
    }
    std::string_view reason = messages_stop_reason(finish);
    const std::string_view refusal = text_of(message, "refusal");
    if (!refusal.empty() && reason != "max_tokens") {
        reason = "refusal";
    }
    return document{{"id", text_of(completion, "id")},
                    {"type", "message"},
                    {"role", "assistant"},
                    {"model", text_of(completion, "model")},
                    {"stop_sequence", nullptr},
                    {"usage", messages_usage(member_of(completion, "usage"))},
                    {"content", std::move(content)},
                    {"stop_reason", reason},
                    {"stop_details", reason == "refusal" ? refusal_details(refusal) : document()}};
}

std::string messages_error_json(const error& failure, std::string_view call_id) {
    std::string out = R"({"type":"error","error":{"type":)";
    json::append_string(out, messages_error_type(failure.status));
    out += R"(,"message":)";
    json::append_string(out, failure.message);
    if (!call_id.empty()) {
        out += R"(,"litellm_call_id":)";
        json::append_string(out, call_id);
    }
    return out + "}}";
}

} // namespace llm_proxy::dialects
