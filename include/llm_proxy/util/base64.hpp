#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy {

/// Base64 with `+`, `/` and padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// Base64 with `-` and `_`, without padding (RFC 4648, section 5; as in a JWT).
std::string base64url_encode(std::string_view bytes);

/// The bytes of a standard, padded base64 text; nothing if a character, the padding or the unused
/// bits of the last character are wrong. White space is refused as well.
std::optional<std::string> base64_decode(std::string_view text);

/// Like `base64_decode` for the URL-safe alphabet; the padding may be left out.
std::optional<std::string> base64url_decode(std::string_view text);

} // namespace llm_proxy
