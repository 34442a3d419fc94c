#include "llm_proxy/json/writer.hpp"

#include "llm_proxy/json/plain_run.hpp"
#include "llm_proxy/json/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace llm_proxy::json {
namespace {

void append_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        out += "\\u00";
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 0xfU];
    }
}

void append_escaped(std::string& out, std::string_view text) {
    const char* pos = text.data();
    const char* const end = pos + text.size();
    while (pos != end) {
        const char* const stop = skip_plain(pos, end);
        out.append(pos, stop);
        pos = stop;
        if (pos != end)
            append_escape(out, *pos++);
    }
}

bool ends_in_value(std::string_view text) {
    if (text.empty())
        return false;
    const char last = text.back();
    return last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') ||
           (last >= 'a' && last <= 'z'); // true, false, null
}

std::string with_replacements(std::string_view text) {
    std::string repaired;
    repaired.reserve(text.size() + 16);
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            append_utf8(repaired, 0xfffd);
        else
            repaired.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return repaired;
}

} // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    if (is_utf8(text))
        append_escaped(out, text);
    else
        append_escaped(out, with_replacements(text));
    out += '"';
}

std::string quoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_string(out, text);
    return out;
}

void append_key(std::string& out, std::string_view name) {
    if (ends_in_value(out))
        out += ',';
    append_string(out, name);
    out += ':';
}

} // namespace llm_proxy::json
