#include "llm_proxy/dialects/messages_tools.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::member_of;
using providers::text_of;

bool is_web_search(const document& tool) {
    return text_of(tool, "type").starts_with("web_search") ||
           (text_of(tool, "name") == "web_search" && !tool.contains("input_schema"));
}

/// A tool in another provider's form, which LiteLLM's clients send here too: OpenAI's function, or
/// Google's object of one member, such as `{"googleSearch": {}}`.
bool is_foreign_tool(const document& tool) {
    if (text_of(tool, "type") == "function" && tool.contains("function")) {
        return true;
    }
    return tool.size() == 1 && tool.front().is_object() && !tool.contains("input_schema") &&
           !tool.contains("cache_control");
}

document messages_function(const document& tool, std::size_t index, tool_name_map& names) {
    std::string name(text_of(tool, "name"));
    if (name.find_first_not_of(" \t\r\n") == std::string::npos) {
        name = "litellm_unnamed_tool_" + std::to_string(index);
    }
    std::string short_name = chat_tool_name(name);
    document function{{"name", short_name}};
    if (short_name != name) {
        names.insert_or_assign(std::move(short_name), std::move(name));
    }
    if (const document* schema = member_of(tool, "input_schema")) {
        function["parameters"] = *schema;
    }
    if (const document* description = member_of(tool, "description")) {
        function["description"] = *description;
    }
    if (const document* strict = member_of(tool, "strict")) {
        function["strict"] = *strict;
    }
    return function;
}

result<void> check_tool(const document& tool, std::size_t index) {
    const std::string place = "tools." + std::to_string(index);
    if (!tool.is_object()) {
        return bad_request(place + " must be an object.");
    }
    const std::string_view type = text_of(tool, "type");
    if (!type.empty() && type != "custom" && !is_web_search(tool) && !is_foreign_tool(tool)) {
        return bad_request(place + ": the model does not know tools of type '" +
                           std::string(type.substr(0, 64)) +
                           "': define it as a tool of your own, with an input_schema.");
    }
    return {};
}

result<document> translate_list(const document& tools, const messages_model& model, document& chat,
                                tool_name_map& names) {
    document out = document::array();
    std::size_t index = 0;
    for (const document& tool : tools) {
        if (auto fits = check_tool(tool, index); !fits) {
            return fits.error();
        }
        if (is_web_search(tool)) {
            chat["web_search_options"] = document::object();
        } else if (is_foreign_tool(tool)) {
            out.push_back(tool);
        } else {
            document function{{"type", "function"},
                              {"function", messages_function(tool, index, names)}};
            const document* mark = member_of(tool, "cache_control");
            if (mark != nullptr && model.reads_cache_control()) {
                function["cache_control"] = *mark;
            }
            out.push_back(std::move(function));
        }
        ++index;
    }
    return out;
}

result<document> translate_choice(const document& choice) {
    const std::string_view type = text_of(choice, "type");
    if (type == "auto" || type == "none") {
        return document(type);
    }
    if (type == "any") {
        return document("required");
    }
    if (type == "tool") {
        document function{{"name", chat_tool_name(text_of(choice, "name"))}};
        return document{{"type", "function"}, {"function", std::move(function)}};
    }
    return bad_request("tool_choice.type must be 'auto', 'any', 'tool' or 'none'.");
}

} // namespace

result<void> translate_messages_tools(const document& request, const messages_model& model,
                                      document& chat, tool_name_map& names) {
    const document* tools = member_of(request, "tools");
    if (tools != nullptr && !tools->is_array()) {
        return bad_request("tools must be a list.");
    }
    if (tools != nullptr) {
        auto list = translate_list(*tools, model, chat, names);
        if (!list) {
            return list.error();
        }
        if (!list->empty()) {
            chat["tools"] = *std::move(list);
        }
    }
    const document* choice = member_of(request, "tool_choice");
    if (choice == nullptr || !chat.contains("tools")) {
        return {}; // a choice among no functions is refused by OpenAI
    }
    auto chosen = translate_choice(*choice);
    if (!chosen) {
        return chosen.error();
    }
    chat["tool_choice"] = *std::move(chosen);
    if (providers::wire::flag(*choice, "disable_parallel_tool_use")) {
        chat["parallel_tool_calls"] = false;
    }
    return {};
}

} // namespace llm_proxy::dialects
