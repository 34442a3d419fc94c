#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace llm_proxy::config {

/// Where something stands in a configuration file. Line and column count from 1; 0 is unknown.
struct mark {
    std::shared_ptr<const std::string> file;
    int line = 0;
    int column = 0;
};

struct value;
using list = std::vector<value>;
/// In file order; a key stands once (the last of duplicates won, as in PyYAML).
struct map_entry;
using map = std::vector<map_entry>;

/// A resolved YAML value: scalars typed by YAML 1.1 as PyYAML does, merge keys applied,
/// `os.environ/NAME` replaced.
struct value {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, list, map> data;
    mark where;
    /// The environment variable that the value came from, if any: such a value may be a secret.
    std::string from_environment;

    bool is_null() const { return std::holds_alternative<std::monostate>(data); }
    bool is_string() const { return std::holds_alternative<std::string>(data); }
    bool is_map() const { return std::holds_alternative<map>(data); }
    bool is_list() const { return std::holds_alternative<list>(data); }
    /// The member of a map; null if this is no map or has no such key.
    const value* find(std::string_view key) const;
};

struct map_entry {
    std::string key;
    mark key_where;
    value item;
};

/// Python's `str()` of the value, for deployment ids: `True`, `None`, `1e-06`, `['a', 'b']`.
std::string python_str(const value&);
/// Python's `json.dumps` with default separators (`", "`, `": "`), ASCII only.
std::string python_json(const value&);
/// Compact JSON in UTF-8, for request bodies.
std::string compact_json(const value&);

} // namespace llm_proxy::config
