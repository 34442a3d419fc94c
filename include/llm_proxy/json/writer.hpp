#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::json {

/// Appends `text` as a JSON string with quotes. Control characters, quotes and backslashes are
/// escaped; bytes that are no UTF-8 become U+FFFD, so the result is always valid JSON.
void append_string(std::string& out, std::string_view text);

/// `append_string` into a new string.
std::string quoted(std::string_view text);

/// Appends `,` where the text so far ends in a value, then `"name":`.
void append_key(std::string& out, std::string_view name);

} // namespace llm_proxy::json
