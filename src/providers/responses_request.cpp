#include "llm_proxy/providers/responses_request.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/providers/responses_input.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// Parameters of the Responses API that pass as they are, whether a chat has them too or not.
constexpr std::array<std::string_view, 16> same{"include",
                                                "parallel_tool_calls",
                                                "previous_response_id",
                                                "reasoning",
                                                "store",
                                                "temperature",
                                                "top_p",
                                                "truncation",
                                                "service_tier",
                                                "safety_identifier",
                                                "prompt",
                                                "max_tool_calls",
                                                "text",
                                                "prompt_cache_key",
                                                "prompt_cache_retention",
                                                "context_management"};

/// Those that are translated, so that the deployment's `extra_body` does not bring them in again.
constexpr std::array<std::string_view, 14> translated{
    "messages",         "max_tokens",  "max_completion_tokens", "tools",     "functions",
    "function_call",    "tool_choice", "response_format",       "verbosity", "stream_options",
    "reasoning_effort", "user",        "instructions",          "stream"};

/// `{"type":"function","function":{…}}` without the wrapping. The API is strict about schemas
/// unless told otherwise; a chat is not.
document function_tool(const document& function) {
    document out{{"type", "function"}, {"name", text_of(function, "name")}};
    if (const document* text = member_of(function, "description")) {
        out["description"] = *text;
    }
    const document* parameters = member_of(function, "parameters");
    out["parameters"] = parameters == nullptr ? document() : *parameters;
    const document* strict = member_of(function, "strict");
    out["strict"] = strict == nullptr ? document(false) : *strict;
    return out;
}

/// A tool of free text, its grammar without the wrapping.
document custom_tool(const document& custom) {
    document out{{"type", "custom"}};
    for (const char* name : {"name", "description", "format"}) {
        if (const document* value = member_of(custom, name)) {
            out[name] = *value;
        }
    }
    const auto format = out.find("format");
    const document* grammar = format == out.end() ? nullptr : member_of(*format, "grammar");
    if (grammar != nullptr && grammar->is_object()) {
        document flat{{"type", "grammar"}};
        flat.update(*grammar);
        out["format"] = std::move(flat);
    }
    return out;
}

result<void> write_tools(const document& request, document& out) {
    const document* functions = member_of(request, "functions");
    if (functions != nullptr && functions->is_array() && !functions->empty()) {
        return bad_request("This model takes no 'functions'; send them as 'tools'.");
    }
    const document* tools = member_of(request, "tools");
    if (tools == nullptr) {
        return {};
    }
    if (!tools->is_array()) {
        return bad_request("'tools' must be a list.");
    }
    document list = document::array();
    for (const document& tool : *tools) {
        const document* function = member_of(tool, "function");
        const document* custom = member_of(tool, "custom");
        list.push_back(function != nullptr ? function_tool(*function)
                       : custom != nullptr ? custom_tool(*custom)
                                           : tool);
    }
    out["tools"] = std::move(list);
    return {};
}

/// A chat's choice has the name inside an object of its own, and may wrap a mere word.
void write_tool_choice(const document& request, document& out) {
    const document* choice = member_of(request, "tool_choice");
    if (choice == nullptr) {
        return;
    }
    const std::string_view type = text_of(*choice, "type");
    if (type == "auto" || type == "none" || type == "required") {
        out["tool_choice"] = type;
        return;
    }
    const document* named = type.empty() ? nullptr : member_of(*choice, type);
    if (named != nullptr && !text_of(*named, "name").empty()) {
        out["tool_choice"] = {{"type", type}, {"name", text_of(*named, "name")}};
        return;
    }
    out["tool_choice"] = *choice;
}

/// A chat's `response_format` without the inner object; null where it says nothing.
document text_format(const document& format) {
    const std::string_view type = text_of(format, "type");
    if (type == "json_object" || type == "text") {
        return {{"type", type}};
    }
    const document* inner = type == "json_schema" ? member_of(format, type) : nullptr;
    if (inner == nullptr) {
        return nullptr;
    }
    const std::string_view name = text_of(*inner, "name");
    document out{{"type", type}, {"name", name.empty() ? "response_schema" : name}};
    for (const char* part : {"description", "schema", "strict"}) {
        if (const document* value = member_of(*inner, part)) {
            out[part] = *value;
        }
    }
    out.emplace("schema", document::object());
    out.emplace("strict", false);
    return out;
}

/// The form of the text: `response_format` and `verbosity`, over what `text` says of it.
void write_text(const document& request, document& out) {
    const document* given = member_of(request, "response_format");
    document format = given == nullptr ? document() : text_format(*given);
    const document* verbosity = member_of(request, "verbosity");
    if (format.is_null() && verbosity == nullptr) {
        return;
    }
    document& text = out["text"];
    if (!text.is_object()) {
        text = document::object();
    }
    if (!format.is_null()) {
        text["format"] = std::move(format);
    }
    if (verbosity != nullptr) {
        text["verbosity"] = *verbosity;
    }
}

/// The first 64 characters, which is all that the API takes.
std::string user_of(std::string_view text) {
    constexpr std::size_t longest = 64;
    std::size_t characters = 0;
    const auto end = std::find_if(text.begin(), text.end(), [&](char c) {
        const bool begins = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
        characters += begins ? 1 : 0;
        return characters > longest;
    });
    return {text.begin(), end};
}

void write_rest(const document& request, document& out) {
    for (const std::string_view name : same) {
        if (const document* value = member_of(request, name)) {
            out[std::string(name)] = *value;
        }
    }
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
        if (const document* most = member_of(request, name)) {
            out["max_output_tokens"] = *most;
        }
    }
    if (const document* effort = member_of(request, "reasoning_effort")) {
        out["reasoning"] = effort->is_object() ? *effort : document{{"effort", *effort}};
    }
    if (const std::string_view user = text_of(request, "user"); !user.empty()) {
        out["user"] = user_of(user);
    }
    if (const document* options = member_of(request, "stream_options")) {
        const document* obfuscate = member_of(*options, "include_obfuscation");
        if (obfuscate != nullptr && obfuscate->is_boolean()) {
            out["stream_options"] = {{"include_obfuscation", *obfuscate}};
        }
    }
}

/// What the deployment adds to every body and is no chat's parameter goes out as it is.
void write_extra_body(const model::deployment& target, document& out) {
    for (const auto& [name, text] : target.extra_body) {
        if (std::find(translated.begin(), translated.end(), name) != translated.end()) {
            continue;
        }
        if (auto value = parse_document(text)) {
            out[name] = std::move(*value);
        }
    }
}

} // namespace

result<std::string> make_responses_body(const inbound_call& call, const model::deployment& target) {
    document request;
    document extra;
    if (auto read = read_request(call, target, request, extra); !read) {
        return read.error();
    }
    request.update(extra);
    const document* messages = member_of(request, "messages");
    auto input = make_responses_input(messages == nullptr ? document() : *messages);
    if (!input) {
        return input.error();
    }
    document out{{"model", call.upstream_model}};
    if (!input->instructions.empty()) {
        out["instructions"] = std::move(input->instructions);
    }
    out["input"] = std::move(*input->items);
    if (auto written = write_tools(request, out); !written) {
        return written.error();
    }
    write_tool_choice(request, out);
    write_rest(request, out);
    write_text(request, out);
    write_extra_body(target, out);
    out["stream"] = call.stream;
    return dump_json(out);
}

} // namespace llm_proxy::providers
