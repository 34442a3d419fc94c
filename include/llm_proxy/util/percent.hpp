#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy {

/// Resolves `%XX` escapes (RFC 3986, section 2.1); nothing if one is cut short or not hexadecimal.
/// A `+` stays a `+`. The result may hold any byte, NUL and `/` included.
std::optional<std::string> percent_decode(std::string_view text);

/// Escapes all but RFC 3986's unreserved characters, so that the result is one path segment or one
/// query value.
std::string percent_encode(std::string_view text);

} // namespace llm_proxy
