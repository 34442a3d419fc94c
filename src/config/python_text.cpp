#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/config/value.hpp"
#include "llm_proxy/json/utf8.hpp"
#include "llm_proxy/json/writer.hpp"

#include <cmath>
#include <cstdio>

namespace llm_proxy::config {

namespace {

struct character {
    char32_t code = 0;
    std::string_view bytes;
};

/// Takes the first character off `rest`; a byte that is no UTF-8 is U+FFFD.
character take(std::string_view& rest) {
    const std::size_t length = json::utf8_length(rest);
    character found{0xFFFD, rest.substr(0, length == 0 ? 1 : length)};
    rest.remove_prefix(found.bytes.size());
    if (length == 0) {
        found.bytes = "\xEF\xBF\xBD";
        return found;
    }
    static constexpr unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    found.code = static_cast<unsigned char>(found.bytes[0]) & lead_mask[length];
    for (const char c : found.bytes.substr(1))
        found.code = (found.code << 6) | (static_cast<unsigned char>(c) & 0x3FU);
    return found;
}

void append_hex(std::string& out, const char* form, char32_t code) {
    char buffer[16];
    const int length = std::snprintf(buffer, sizeof buffer, form, static_cast<unsigned>(code));
    out.append(buffer, static_cast<std::size_t>(length));
}

/// The characters that Python's `str.isprintable` refuses, as far as they occur in text: controls,
/// separators, formatting and private use.
bool is_printable(char32_t c) {
    if (c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD)
        return false;
    if (c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
        (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF)
        return false;
    return !((c >= 0xE000 && c <= 0xF8FF) || (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000);
}

void append_repr_character(std::string& out, const character& c, char quote) {
    if (c.code == static_cast<char32_t>(quote) || c.code == '\\')
        out.append(1, '\\').append(c.bytes);
    else if (c.code == '\n')
        out += "\\n";
    else if (c.code == '\r')
        out += "\\r";
    else if (c.code == '\t')
        out += "\\t";
    else if (is_printable(c.code))
        out += c.bytes;
    else
        append_hex(out,
                   c.code <= 0xFF     ? "\\x%02x"
                   : c.code <= 0xFFFF ? "\\u%04x"
                                      : "\\U%08x",
                   c.code);
}

/// `repr` of a string: single quotes, unless only they occur inside.
void append_repr(std::string& out, std::string_view text) {
    const bool doubled = text.find('\'') != text.npos && text.find('"') == text.npos;
    const char quote = doubled ? '"' : '\'';
    out += quote;
    while (!text.empty())
        append_repr_character(out, take(text), quote);
    out += quote;
}

/// A JSON string in ASCII, as `json.dumps` writes it.
void append_ascii_json(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const character c = take(text);
        if (c.code == '"' || c.code == '\\')
            out.append(1, '\\').append(c.bytes);
        else if (c.code >= 0x20 && c.code < 0x7F)
            out += c.bytes;
        else if (const auto place = std::u32string_view(U"\b\f\n\r\t").find(c.code);
                 place != std::u32string_view::npos)
            out.append(1, '\\').append(1, "bfnrt"[place]);
        else if (c.code <= 0xFFFF)
            append_hex(out, "\\u%04x", c.code);
        else {
            append_hex(out, "\\u%04x", 0xD800 + ((c.code - 0x10000) >> 10));
            append_hex(out, "\\u%04x", 0xDC00 + ((c.code - 0x10000) & 0x3FF));
        }
    }
    out += '"';
}

/// The three texts differ in their words and in how they write strings and separators.
struct dialect {
    std::string_view null, yes, no, comma, colon;
    void (*string)(std::string&, std::string_view);
    std::string (*number)(double);
};

std::string json_float(double number) {
    if (std::isfinite(number))
        return python_float(number);
    return std::isnan(number) ? "NaN" : number < 0 ? "-Infinity" : "Infinity";
}

/// JSON knows no infinity; the loader refuses such values, so this never reaches an upstream.
std::string strict_float(double number) {
    return std::isfinite(number) ? python_float(number) : "null";
}

const dialect python_repr{"None", "True", "False", ", ", ": ", append_repr, python_float};
const dialect python_dumps{"null", "true", "false", ", ", ": ", append_ascii_json, json_float};
const dialect compact{"null", "true", "false", ",", ":", json::append_string, strict_float};

void append(std::string& out, const value& item, const dialect& form);

void append_list(std::string& out, const list& items, const dialect& form) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            out += form.comma;
        append(out, items[i], form);
    }
    out += ']';
}

void append_map(std::string& out, const map& members, const dialect& form) {
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0)
            out += form.comma;
        form.string(out, members[i].key);
        out += form.colon;
        append(out, members[i].item, form);
    }
    out += '}';
}

void append(std::string& out, const value& item, const dialect& form) {
    if (const auto* flag = std::get_if<bool>(&item.data))
        out += *flag ? form.yes : form.no;
    else if (const auto* whole = std::get_if<std::int64_t>(&item.data))
        out += std::to_string(*whole);
    else if (const auto* number = std::get_if<double>(&item.data))
        out += form.number(*number);
    else if (const auto* text = std::get_if<std::string>(&item.data))
        form.string(out, *text);
    else if (const auto* items = std::get_if<list>(&item.data))
        append_list(out, *items, form);
    else if (const auto* members = std::get_if<map>(&item.data))
        append_map(out, *members, form);
    else
        out += form.null;
}

std::string written(const value& item, const dialect& form) {
    std::string out;
    append(out, item, form);
    return out;
}

} // namespace

std::string python_str(const value& item) {
    if (const auto* text = std::get_if<std::string>(&item.data))
        return *text;
    return written(item, python_repr);
}

std::string python_json(const value& item) {
    return written(item, python_dumps);
}

std::string compact_json(const value& item) {
    return written(item, compact);
}

} // namespace llm_proxy::config
