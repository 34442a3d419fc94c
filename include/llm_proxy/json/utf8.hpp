#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm_proxy::json {

/// Whether the whole of `text` is UTF-8 (RFC 3629: no surrogates, nothing over-long).
bool is_utf8(std::string_view text);

/// Bytes of the well-formed UTF-8 character that `text` starts with, 1–4; 0 if there is none.
std::size_t utf8_length(std::string_view text);

/// Appends the code point (at most U+10FFFF, no surrogate) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

} // namespace llm_proxy::json
