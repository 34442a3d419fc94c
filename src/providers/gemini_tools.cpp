#include "llm_proxy/providers/gemini_tools.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_schema.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

namespace {

struct native_tool {
    const char* name;
    std::string_view snake;
    bool search; // does not go with functions
};

/// In the order they are sent.
constexpr std::array natives{
    native_tool{"googleSearch", "google_search", true},
    native_tool{"googleSearchRetrieval", "google_search_retrieval", true},
    native_tool{"enterpriseWebSearch", "enterprise_web_search", true},
    native_tool{"codeExecution", "code_execution", false},
    native_tool{"urlContext", "url_context", true},
    native_tool{"googleMaps", "google_maps", false},
    native_tool{"computerUse", "computer_use", false},
};

constexpr const native_tool& google_search = natives[0];
constexpr const native_tool& google_maps = natives[5];
constexpr const native_tool& computer_use = natives[6];

const native_tool* find_native(std::string_view name) {
    const auto found = std::find_if(natives.begin(), natives.end(), [&](const native_tool& tool) {
        return name == tool.name || name == tool.snake;
    });
    return found == natives.end() ? nullptr : &*found;
}

document computer_use_settings(const document& tool) {
    document out = document::object();
    const std::string_view environment = text_of(tool, "environment");
    if (environment == "browser" || environment == "ENVIRONMENT_BROWSER") {
        out["environment"] = "ENVIRONMENT_BROWSER";
    } else if (environment == "unspecified" || environment == "ENVIRONMENT_UNSPECIFIED") {
        out["environment"] = "ENVIRONMENT_UNSPECIFIED";
    }
    for (const char* name : {"excludedPredefinedFunctions", "excluded_predefined_functions"}) {
        if (const document* excluded = member_of(tool, name)) {
            out["excludedPredefinedFunctions"] = *excluded;
        }
    }
    return out;
}

document native_settings(const native_tool& tool, const document& value) {
    document out = value.is_object() ? value : document::object();
    if (&tool == &computer_use) {
        return computer_use_settings(out);
    }
    if (&tool == &google_maps) { // the place of the caller is no setting of the tool
        for (const char* name : {"latitude", "longitude", "languageCode", "retrievalConfig"}) {
            out.erase(name);
        }
    }
    return out;
}

class tool_collector {
public:
    result<void> add(const document& tool);
    void add_search() { natives_.emplace(google_search.name, document::object()); }
    /// The finished list.
    document take(bool together);

private:
    result<void> add_function(const document& function);
    bool add_native(const document& tool);

    document functions_ = document::array();
    document natives_ = document::object();
};

result<void> tool_collector::add_function(const document& function) {
    const std::string_view name = text_of(function, "name");
    if (name.empty()) {
        return bad_request("A function of 'tools' has no name.");
    }
    document declaration{{"name", name}};
    if (const document* description = member_of(function, "description")) {
        declaration["description"] = *description;
    }
    if (const document* parameters = member_of(function, "parameters")) {
        auto schema = gemini_schema(*parameters);
        if (!schema) {
            return schema.error();
        }
        declaration["parameters"] = *std::move(schema);
    }
    functions_.push_back(std::move(declaration));
    return {};
}

/// `{"googleSearch": {}}`, with or without a `type`, or OpenAI's own built-in tools.
bool tool_collector::add_native(const document& tool) {
    const std::string_view type = text_of(tool, "type");
    if (type == "computer_use") {
        natives_[computer_use.name] = computer_use_settings(tool);
        return true;
    }
    if (type.starts_with("web_search")) {
        natives_[google_search.name] = document::object();
        return true;
    }
    bool found = false;
    for (const auto& [name, value] : tool.items()) {
        if (const native_tool* known = find_native(name)) {
            natives_[known->name] = native_settings(*known, value);
            found = true;
        }
    }
    return found;
}

result<void> tool_collector::add(const document& tool) {
    if (!tool.is_object()) {
        return bad_request("Every element of 'tools' must be an object.");
    }
    if (const document* function = member_of(tool, "function")) {
        return add_function(*function);
    }
    if (add_native(tool)) {
        return {};
    }
    // Legacy `functions` have no wrapper; what else is unknown is left out, as in LiteLLM.
    return tool.contains("name") ? add_function(tool) : result<void>();
}

document tool_collector::take(bool together) {
    document out = document::array();
    const bool has_functions = !functions_.empty();
    if (has_functions) {
        out.push_back({{"functionDeclarations", std::move(functions_)}});
    }
    for (const native_tool& tool : natives) {
        const auto found = natives_.find(tool.name);
        if (found != natives_.end() && (together || !has_functions || !tool.search)) {
            out.push_back({{tool.name, *found}});
        }
    }
    return out;
}

result<document> calling_config(const document& choice) {
    if (choice == "auto") {
        return document{{"mode", "AUTO"}};
    }
    if (choice == "required") {
        return document{{"mode", "ANY"}};
    }
    if (choice == "none") {
        return document{{"mode", "NONE"}};
    }
    const document* function = member_of(choice, "function");
    const std::string_view name =
        function == nullptr ? text_of(choice, "name") : text_of(*function, "name");
    if (name.empty()) {
        return bad_request("Invalid 'tool_choice'. Supported values are 'auto', 'required', 'none' "
                           "and an object that names a function.");
    }
    return document{{"mode", "ANY"},
                    {"allowedFunctionNames", document::array({std::string(name)})}};
}

bool is_set(const document& parameters, std::string_view name) {
    const document* value = member_of(parameters, name);
    return value != nullptr && *value == true;
}

} // namespace

result<void> write_tools(const document& parameters, document& body) {
    tool_collector tools;
    for (const std::string_view name : {"tools", "functions"}) {
        const document* list = member_of(parameters, name);
        if (list == nullptr) {
            continue;
        }
        if (!list->is_array()) {
            return bad_request("'" + std::string(name) + "' must be a list.");
        }
        for (const document& tool : *list) {
            if (auto added = tools.add(tool); !added) {
                return added;
            }
        }
    }
    const document* search = member_of(parameters, "web_search_options");
    if (search != nullptr && search->is_object()) {
        tools.add_search();
    }
    const bool together = is_set(parameters, "include_server_side_tool_invocations") ||
                          is_set(parameters, "includeServerSideToolInvocations");
    if (document list = tools.take(together); !list.empty()) {
        body["tools"] = std::move(list);
    }
    if (const document* choice = member_of(parameters, "tool_choice")) {
        auto config = calling_config(*choice);
        if (!config) {
            return config.error();
        }
        body["toolConfig"]["functionCallingConfig"] = *std::move(config);
    }
    if (together) {
        body["toolConfig"]["includeServerSideToolInvocations"] = true;
    }
    return {};
}

} // namespace llm_proxy::providers
