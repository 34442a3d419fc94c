#pragma once

#include <string>
#include <string_view>

namespace llm_proxy {

/// SHA-256 of `data` as 64 lower-case hexadecimal digits, the form in which LiteLLM stores keys.
std::string sha256_hex(std::string_view data);

} // namespace llm_proxy
