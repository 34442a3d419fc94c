#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::member_of;
using providers::text_of;

/// The function with the members that a chat has inside an object.
document function_of(const document& tool) {
    document function{{"name", text_of(tool, "name")}};
    for (const char* name : {"description", "parameters", "strict"}) {
        if (const document* value = member_of(tool, name)) {
            function[name] = *value;
        }
    }
    if (const auto schema = function.find("parameters");
        schema != function.end() && schema->is_object() && !schema->contains("type")) {
        (*schema)["type"] = "object";
    }
    document out{{"type", "function"}, {"function", std::move(function)}};
    if (const document* mark = member_of(tool, "cache_control")) {
        out["cache_control"] = *mark;
    }
    return out;
}

/// A tool of free text as a function of one text; what grammar the text has stands in words.
document function_of_text(const document& tool) {
    std::string description(text_of(tool, "description"));
    const document* format = member_of(tool, "format");
    if (format != nullptr && text_of(*format, "type") == "grammar") {
        description.append(description.empty() ? "" : "\n\n")
            .append("The text follows this grammar (")
            .append(text_of(*format, "syntax"))
            .append("):\n")
            .append(text_of(*format, "definition"));
    }
    document function{{"name", text_of(tool, "name")}, {"description", std::move(description)}};
    function["parameters"] = {{"type", "object"},
                              {"properties", {{custom_tool_parameter, {{"type", "string"}}}}},
                              {"required", document::array({custom_tool_parameter})}};
    return {{"type", "function"}, {"function", std::move(function)}};
}

document search_options(const document& tool) {
    document out = document::object();
    if (const document* size = member_of(tool, "search_context_size")) {
        out["search_context_size"] = *size;
    }
    const document* place = member_of(tool, "user_location");
    if (place != nullptr && place->is_object()) {
        document approximate = document::object();
        for (const char* name : {"city", "country", "region", "timezone"}) {
            if (const document* value = member_of(*place, name)) {
                approximate[name] = *value;
            }
        }
        out["user_location"] = {{"type", "approximate"}, {"approximate", std::move(approximate)}};
    }
    return out;
}

result<void> write_tool(const document& tool, document& chat, document& list,
                        custom_tools& free_text) {
    const std::string_view type = text_of(tool, "type");
    if (!tool.is_object()) {
        return bad_request("'tools' must be a list of objects.");
    }
    if (type.empty() || member_of(tool, "function") != nullptr) {
        list.push_back(tool); // a provider's own, or a chat's
    } else if (type == "function" || type == "custom") {
        if (text_of(tool, "name").empty()) {
            return bad_request("A tool of type '" + std::string(type) + "' has no name.");
        }
        if (type == "custom") {
            free_text.emplace(text_of(tool, "name"));
        }
        list.push_back(type == "custom" ? function_of_text(tool) : function_of(tool));
    } else if (type.starts_with("web_search")) {
        chat["web_search_options"] = search_options(tool);
    } else {
        return bad_request("Tools of type '" + std::string(type) +
                           "' are not available with this model; it takes functions, custom tools "
                           "and web_search.");
    }
    return {};
}

/// A choice among the tools in a chat's form.
result<document> chat_choice(const document& choice) {
    const std::string_view type = text_of(choice, "type");
    if (choice.is_string() || member_of(choice, "function") != nullptr) {
        return choice;
    }
    if (type == "auto" || type == "none" || type == "required") {
        return document(type);
    }
    if (type == "allowed_tools") {
        const std::string_view mode = text_of(choice, "mode");
        return document(mode.empty() ? std::string_view("auto") : mode);
    }
    const std::string_view name = text_of(choice, "name");
    if ((type == "function" || type == "custom") && !name.empty()) {
        return document{{"type", "function"}, {"function", {{"name", name}}}};
    }
    error out = bad_request("tool_choice: this model can be made to call a named function or "
                            "custom tool, not one of type '" +
                            std::string(type) + "'.");
    out.param = "tool_choice";
    return out;
}

} // namespace

result<void> write_chat_tools(const document& request, document& chat, custom_tools& free_text) {
    const document* tools = member_of(request, "tools");
    if (tools == nullptr) {
        return {};
    }
    if (!tools->is_array()) {
        return bad_request("'tools' must be a list.");
    }
    document list = document::array();
    for (const document& tool : *tools) {
        if (auto written = write_tool(tool, chat, list, free_text); !written) {
            return written;
        }
    }
    if (list.empty()) {
        return {};
    }
    chat["tools"] = std::move(list);
    if (const document* choice = member_of(request, "tool_choice")) {
        auto chosen = chat_choice(*choice);
        if (!chosen) {
            return chosen.error();
        }
        chat["tool_choice"] = *std::move(chosen);
    }
    if (const document* parallel = member_of(request, "parallel_tool_calls")) {
        chat["parallel_tool_calls"] = *parallel;
    }
    return {};
}

} // namespace llm_proxy::dialects
