#include "llm_proxy/tokens/tool_text.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/tokens/python_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace llm_proxy::tokens {

namespace {

/// Python's truth: neither null, false, zero nor empty.
bool is_set(const document& value) {
    if (value.is_number()) {
        return value.get<double>() != 0;
    }
    if (value.is_string()) {
        return !value.get_ref<const std::string&>().empty();
    }
    return value.is_boolean() ? value.get<bool>() : !value.empty();
}

std::string alternatives(const document& values) {
    std::string out;
    for (const document& value : values) {
        out.append(out.empty() ? "\"" : " | \"").append(python_text(value)).append("\"");
    }
    return out;
}

std::string properties_text(const document& schema, std::size_t indent);

std::string type_text(const document& schema, std::size_t indent) {
    const document& named = member(schema, "type");
    const std::string type = named.is_string() ? named.get<std::string>() : std::string();
    const bool is_number = type == "integer" || type == "number";
    if ((type == "string" || is_number) && schema.contains("enum")) {
        return alternatives(schema["enum"]);
    }
    if (type == "array") {
        return type_text(member(schema, "items"), indent) + "[]";
    }
    if (type == "object") {
        return "{\n" + properties_text(schema, indent + 2) + "\n}";
    }
    if (is_number) {
        return "number";
    }
    return type == "string" || type == "boolean" || type == "null" ? type : "any";
}

/// A line for each property, after one for its description.
std::string properties_text(const document& schema, std::size_t indent) {
    const document& properties = member(schema, "properties");
    const document& required = member(schema, "required");
    std::string out;
    if (!properties.is_object()) {
        return out;
    }
    const std::string margin(indent, ' ');
    for (const auto& [name, property] : properties.items()) {
        if (!out.empty()) {
            out += '\n';
        }
        if (const document& description = member(property, "description"); is_set(description)) {
            out.append(margin).append("// ").append(python_text(description)).append("\n");
        }
        const bool needed = required.is_array() &&
                            std::find(required.begin(), required.end(), name) != required.end();
        out.append(margin).append(name).append(needed ? ": " : "?: ");
        out.append(type_text(property, indent)).append(",");
    }
    return out;
}

void append_function(const document& name, const document& description, const document& parameters,
                     std::string& out) {
    if (!is_set(name)) {
        return;
    }
    if (is_set(description)) {
        out.append("// ").append(python_text(description)).append("\n");
    }
    out.append("type ").append(python_text(name));
    if (const document& properties = member(parameters, "properties");
        properties.is_object() && !properties.empty()) {
        out.append(" = (_: {\n").append(properties_text(parameters, 0)).append("\n}) => any;\n\n");
    } else {
        out.append(" = () => any;\n\n");
    }
}

void append_function(const document& function, std::string& out) {
    append_function(member(function, "name"), member(function, "description"),
                    member(function, "parameters"), out);
}

void append_tool(const document& tool, std::string& out) {
    if (const document& function = member(tool, "function"); function.is_object()) {
        append_function(function, out); // OpenAI's
        return;
    }
    for (const char* name : {"function_declarations", "functionDeclarations"}) {
        const document& declarations = member(tool, name); // Gemini's
        if (declarations.is_array() && !declarations.empty()) {
            for (const document& declaration : declarations) {
                append_function(declaration, out);
            }
            return;
        }
    }
    const document& schema = member(tool, "input_schema"); // Anthropic's
    append_function(member(tool, "name"), member(tool, "description"),
                    is_set(schema) ? schema : member(tool, "parameters"), out);
}

} // namespace

std::string tool_text(const document& tools) {
    std::string out = "namespace functions {\n\n";
    for (const document& tool : tools) {
        append_tool(tool, out);
    }
    return out + "} // namespace functions";
}

} // namespace llm_proxy::tokens
