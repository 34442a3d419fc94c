#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/json/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace llm_proxy::json {
namespace {

constexpr char32_t replacement = 0xfffd;

/// The number of the four hexadecimal digits that `rest` starts with behind `\u`.
char32_t code_unit(std::string_view rest) {
    std::uint32_t unit = replacement;
    const std::string_view digits = rest.substr(0, 4);
    std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    return unit;
}

/// Appends the character of the `\u` escape whose digits `rest` starts with and tells how many
/// characters of `rest` it took: 4, or 10 for a surrogate pair.
std::size_t append_unicode_escape(std::string& out, std::string_view rest) {
    const char32_t unit = code_unit(rest);
    const bool is_surrogate = unit >= 0xd800 && unit <= 0xdfff;
    if (unit < 0xdc00 && is_surrogate && rest.size() >= 10 && rest.substr(4, 2) == "\\u") {
        const char32_t low = code_unit(rest.substr(6));
        if (low >= 0xdc00 && low <= 0xdfff) {
            append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return 10;
        }
    }
    append_utf8(out, is_surrogate ? replacement : unit);
    return std::min<std::size_t>(4, rest.size());
}

char unescaped(char letter) {
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; // quote, backslash and slash stand for themselves
    }
}

std::string unescape_inner(std::string_view inner) {
    std::string out;
    out.reserve(inner.size());
    for (std::size_t plain = inner.find('\\'); plain < inner.size(); plain = inner.find('\\')) {
        out.append(inner.substr(0, plain));
        inner.remove_prefix(plain + 1);
        const char letter = inner.empty() ? '\\' : inner.front();
        inner.remove_prefix(inner.empty() ? 0 : 1);
        if (letter == 'u')
            inner.remove_prefix(append_unicode_escape(out, inner));
        else
            out += unescaped(letter);
    }
    out.append(inner);
    return out;
}

} // namespace

std::string unescape(std::string_view quoted) {
    return unescape_inner(quoted.substr(1, quoted.size() - 2));
}

std::string key_of(std::string_view text, const member& item) {
    const std::string_view key = text.substr(item.key_begin, item.key_end - item.key_begin);
    return item.key_escaped ? unescape_inner(key) : std::string(key);
}

bool escaped_key_is(std::string_view text, const member& item, std::string_view name) {
    return unescape_inner(text.substr(item.key_begin, item.key_end - item.key_begin)) == name;
}

const member* find(std::string_view text, const std::vector<member>& members,
                   std::string_view name) {
    const auto found = std::find_if(members.rbegin(), members.rend(),
                                    [&](const member& item) { return key_is(text, item, name); });
    return found == members.rend() ? nullptr : &*found;
}

std::string_view value_in(std::string_view object, std::string_view name) {
    std::vector<member> members;
    scan_valid(object, members);
    const auto* found = find(object, members, name);
    return found == nullptr ? std::string_view() : value_of(object, *found);
}

} // namespace llm_proxy::json
