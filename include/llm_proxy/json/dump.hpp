#pragma once

#include "llm_proxy/json/document.hpp"

#include <string>

namespace llm_proxy {

/// Compact JSON, always valid: bytes that are no UTF-8 become U+FFFD.
std::string dump_json(const document& value);

} // namespace llm_proxy
