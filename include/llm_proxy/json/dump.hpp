#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace llm_proxy {

/// Compact JSON, always valid: bytes that are no UTF-8 become U+FFFD.
std::string dump_json(const nlohmann::ordered_json& document);

} // namespace llm_proxy
