#include "llm_proxy/json/utf8.hpp"

#include <simdjson.h>

namespace llm_proxy::json {

bool is_utf8(std::string_view text) {
    return text.empty() || simdjson::validate_utf8(text.data(), text.size());
}

std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    if (text.empty())
        return 0;
    if (byte(0) < 0x80)
        return 1;
    if (byte(0) >= 0xc2 && byte(0) <= 0xdf)
        return continues(1) ? 2 : 0;
    // The second byte's range keeps over-long forms, surrogates and too large numbers out.
    if ((byte(0) & 0xf0U) == 0xe0) {
        const unsigned first = byte(0) == 0xe0 ? 0xa0 : 0x80;
        const unsigned last = byte(0) == 0xed ? 0x9f : 0xbf;
        return byte(1) >= first && byte(1) <= last && continues(2) ? 3 : 0;
    }
    if (byte(0) >= 0xf0 && byte(0) <= 0xf4) {
        const unsigned first = byte(0) == 0xf0 ? 0x90 : 0x80;
        const unsigned last = byte(0) == 0xf4 ? 0x8f : 0xbf;
        return byte(1) >= first && byte(1) <= last && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3f));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
}

} // namespace llm_proxy::json
