#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::json {

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

/// One member of an object (or element of an array, whose key is empty), by its place in the text.
struct member {
    /// The key's characters between its quotes, escapes not resolved; see `key_is`.
    std::size_t key_begin = 0;
    std::size_t key_end = 0;
    /// The value with its quotes or brackets, without surrounding white space.
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
    kind type = kind::null;
    /// The key holds a backslash, so it must be unescaped before it is compared.
    bool key_escaped = false;
};

/// Why a text is no JSON, and where, with the texts and positions of Python 3.13's json module.
/// Characters are counted, not bytes.
struct scan_error {
    const char* what = "";
    /// 0-based.
    std::size_t offset = 0;
    /// 1-based.
    std::size_t line = 1;
    std::size_t column = 1;
};

/// The deepest nesting that any limit can allow.
inline constexpr std::size_t max_depth = 1024;

struct scan_limits {
    /// Arrays and objects within one another, the root included; above `max_depth` is cut to it.
    std::size_t depth = 512;
    /// Direct members of the root.
    std::size_t members = 4096;
};

template <class T>
using scan_result = boost::system::result<T, scan_error>;

/// Validates the whole of `text` as one JSON document (RFC 8259, UTF-8, no trailing bytes) and
/// tells the kind of its root. If that is an object or array, its direct members are appended to
/// `members`, in order, duplicates included; on an error `members` is left as it was. Stricter than
/// Python: `NaN`, `Infinity` and lone surrogate escapes are errors. Allocates nothing but
/// `members`; throws nothing else than its `std::bad_alloc`.
scan_result<kind> scan(std::string_view text, std::vector<member>& members,
                       const scan_limits& limits = {});

/// Lists the members of the object or array `text`, which a `scan` of its parent has validated.
void scan_valid(std::string_view text, std::vector<member>& members);

/// The member's key, escapes resolved.
std::string key_of(std::string_view text, const member& item);

/// The same without a copy where nothing is escaped; `store` keeps the text otherwise.
inline std::string_view key_view(std::string_view text, const member& item, std::string& store) {
    if (!item.key_escaped) {
        return text.substr(item.key_begin, item.key_end - item.key_begin);
    }
    store = key_of(text, item);
    return store;
}

/// Whether the member's key, escapes resolved, is `name`.
bool escaped_key_is(std::string_view text, const member& item, std::string_view name);
inline bool key_is(std::string_view text, const member& item, std::string_view name) {
    if (item.key_escaped) {
        return escaped_key_is(text, item, name);
    }
    return item.key_end - item.key_begin == name.size() &&
           text.substr(item.key_begin, name.size()) == name;
}

/// The last member named `name`, as Python's and most decoders take duplicates; null if none.
const member* find(std::string_view text, const std::vector<member>& members,
                   std::string_view name);

/// The value's text, quotes included.
inline std::string_view value_of(std::string_view text, const member& item) {
    return text.substr(item.value_begin, item.value_end - item.value_begin);
}

/// The decoded characters of a JSON string given with its quotes (validated before). Lone
/// surrogates become U+FFFD.
std::string unescape(std::string_view quoted);

/// The text of a member of a valid object; empty if there is none.
std::string_view value_in(std::string_view object, std::string_view name);

} // namespace llm_proxy::json
