#include "llm_proxy/providers/gemini_schema.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t most_depth = 100;
/// References within references can multiply a small schema.
constexpr std::size_t most_nodes = 50000;
/// A copied text of this size counts as a node.
constexpr std::size_t bytes_per_node = 100;

constexpr const char* too_large = "Max depth or size exceeded while processing schema. Please "
                                  "check the schema for excessive nesting.";

constexpr std::array<std::string_view, 21> known_keys{
    "type",    "format",    "title",         "description",   "nullable",   "default",
    "items",   "minItems",  "maxItems",      "enum",          "properties", "required",
    "minimum", "maximum",   "minProperties", "maxProperties", "pattern",    "example",
    "anyOf",   "minLength", "maxLength",
};

/// Of a list of types these belong to its object and array alone.
constexpr std::array<std::string_view, 7> container_keys{
    "properties", "required", "items", "minItems", "maxItems", "minProperties", "maxProperties"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class converter {
public:
    explicit converter(const document& root) : root_(root) {}

    /// Fails by itself: see `fault`.
    document convert(const document& schema, std::size_t depth);

    const char* fault() const { return fault_; }

private:
    document branch_on_types(const document& schema, std::size_t depth);
    document convert_any_of(const document& schema, std::size_t depth);
    document convert_properties(const document& properties, std::size_t depth);
    document follow(const document& schema, std::string_view reference, std::size_t depth);
    void copy_known(const document& schema, std::size_t depth, document& out);
    const document* target_of(std::string_view reference) const;
    /// The only keys beside `anyOf` that are worth keeping.
    void describe(const document& schema, document& branch);
    /// Counts a part of the schema that is about to be copied.
    void charge(const document& part);
    void add_nodes(std::size_t count);

    const document& root_;
    std::vector<const document*> path_; // references being followed
    std::size_t nodes_ = 0;
    const char* fault_ = nullptr;
};

const document* converter::target_of(std::string_view reference) const {
    for (const std::string_view section : {"$defs", "definitions"}) {
        const std::string head = "#/" + std::string(section) + "/";
        const document* all = member_of(root_, section);
        if (reference.starts_with(head) && all != nullptr) {
            return member_of(*all, reference.substr(head.size()));
        }
    }
    return reference == "#" ? &root_ : nullptr;
}

void converter::charge(const document& part) {
    add_nodes(1 + dump_json(part).size() / bytes_per_node);
}

void converter::add_nodes(std::size_t count) {
    nodes_ += count;
    if (nodes_ > most_nodes) {
        fault_ = too_large;
    }
}

void converter::describe(const document& schema, document& branch) {
    for (const char* name : {"title", "description"}) {
        const document* value = member_of(schema, name);
        if (value == nullptr || branch.contains("anyOf")) {
            continue;
        }
        charge(*value);
        if (fault_ == nullptr) {
            branch[name] = *value;
        }
    }
}

/// What stands beside the reference says more than what it refers to.
document converter::follow(const document& schema, std::string_view reference, std::size_t depth) {
    const document* target = target_of(reference);
    if (target == nullptr || !target->is_object() ||
        std::find(path_.begin(), path_.end(), target) != path_.end()) {
        return document{{"type", "object"}};
    }
    charge(*target);
    if (fault_ != nullptr) {
        return document{{"type", "object"}};
    }
    document merged = *target;
    for (const auto& [name, value] : schema.items()) {
        if (name != "$ref") {
            merged[name] = value;
        }
    }
    path_.push_back(target);
    document out = convert(merged, depth + 1);
    path_.pop_back();
    return out;
}

/// Here a `null` stays a branch, as LiteLLM sends it.
document converter::branch_on_types(const document& schema, std::size_t depth) {
    document branches = document::array();
    for (const document& type : schema["type"]) {
        if (!type.is_string()) {
            continue;
        }
        document branch{{"type", type}};
        if (type == "object" || type == "array") {
            charge(schema);
            for (const auto& [name, value] : schema.items()) {
                if (is_one_of(container_keys, name)) {
                    branch[name] = value;
                }
            }
        }
        branches.push_back(type == "null" ? std::move(branch) : convert(branch, depth + 1));
        describe(schema, branches.back());
        if (fault_ != nullptr) {
            break;
        }
    }
    return document{{"anyOf", std::move(branches)}};
}

bool is_null_type(const document& schema) {
    return text_of(schema, "type") == "null";
}

/// Gemini takes nothing beside `anyOf`; a `null` branch makes the others nullable.
document converter::convert_any_of(const document& schema, std::size_t depth) {
    const document& branches = schema["anyOf"];
    const bool nullable = std::any_of(branches.begin(), branches.end(), is_null_type);
    document out = document::array();
    for (const document& branch : branches) {
        if (is_null_type(branch)) {
            continue;
        }
        document converted = convert(branch, depth + 1);
        if (nullable) {
            converted["nullable"] = true;
        }
        describe(schema, converted);
        out.push_back(std::move(converted));
        if (fault_ != nullptr) {
            break;
        }
    }
    if (out.empty()) {
        fault_ = "Invalid input: AnyOf schema with only null type is not supported. Please provide "
                 "a non-null type.";
    }
    return document{{"anyOf", std::move(out)}};
}

document converter::convert_properties(const document& properties, std::size_t depth) {
    document out = document::object();
    for (const auto& [name, value] : properties.items()) {
        out[name] = convert(value, depth + 1);
    }
    return out;
}

/// Gemini's enums are of strings, none of them empty, and only for strings.
document usable_values(const document& schema, const document& values) {
    document out = document::array();
    if (text_of(schema, "type") != "string" || !values.is_array()) {
        return out;
    }
    for (const document& value : values) {
        if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
            out.push_back(value);
        }
    }
    return out;
}

void converter::copy_known(const document& schema, std::size_t depth, document& out) {
    for (const auto& [name, value] : schema.items()) {
        if (!is_one_of(known_keys, name) && name != "propertyOrdering") {
            continue;
        }
        if (name == "properties" && value.is_object()) {
            if (!value.empty()) {
                out[name] = convert_properties(value, depth);
            }
        } else if (name == "items") {
            out[name] = value.is_object() && !value.empty() ? convert(value, depth + 1)
                                                            : document{{"type", "object"}};
        } else if (name == "format") {
            if (value == "enum" || value == "date-time") {
                out[name] = value;
            }
        } else if (name == "enum") {
            if (document values = usable_values(schema, value); !values.empty()) {
                out[name] = std::move(values);
            }
        } else if (name != "required" || value.is_array()) {
            out[name] = value;
        }
    }
}

document converter::convert(const document& schema, std::size_t depth) {
    add_nodes(1);
    if (depth > most_depth) {
        fault_ = too_large;
    }
    if (fault_ != nullptr || !schema.is_object()) {
        return document{{"type", "object"}};
    }
    if (const std::string_view reference = text_of(schema, "$ref"); !reference.empty()) {
        return follow(schema, reference, depth);
    }
    const document* type = member_of(schema, "type");
    if (type != nullptr && type->is_array()) {
        if (type->size() > 1) {
            return branch_on_types(schema, depth);
        }
        charge(schema);
        document single = schema;
        single["type"] = type->empty() ? document("object") : type->front();
        return convert(single, depth + 1);
    }
    if (const document* branches = member_of(schema, "anyOf");
        branches != nullptr && branches->is_array() && !branches->empty()) {
        return convert_any_of(schema, depth);
    }
    document out = document::object();
    copy_known(schema, depth, out);
    const document* properties = member_of(schema, "properties");
    if (properties != nullptr || !out.contains("type")) {
        out["type"] = "object";
    }
    if (properties != nullptr && properties->empty()) {
        out.erase("required");
    }
    if (out["type"] == "array" && !out.contains("items")) {
        out["items"] = document{{"type", "object"}};
    }
    return out;
}

} // namespace

result<document> gemini_schema(const document& schema) {
    converter work(schema);
    document out = work.convert(schema, 0);
    if (work.fault() != nullptr) {
        return bad_request(work.fault());
    }
    return out;
}

void order_properties(document& schema) {
    if (!schema.is_object()) {
        return;
    }
    if (const auto found = schema.find("properties"); found != schema.end() && found->is_object()) {
        document order = document::array();
        for (auto& [name, value] : found->items()) {
            order.push_back(name);
            order_properties(value);
        }
        if (!schema.contains("propertyOrdering")) {
            schema["propertyOrdering"] = std::move(order);
        }
    }
    if (const auto items = schema.find("items"); items != schema.end()) {
        order_properties(*items);
    }
}

} // namespace llm_proxy::providers
