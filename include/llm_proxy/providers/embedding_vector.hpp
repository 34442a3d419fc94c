#pragma once

#include "llm_proxy/json/document.hpp"

#include <string>

namespace llm_proxy::providers {

/// Whether `value` is an array of nothing but numbers.
bool is_vector(const document& value);

/// A vector as OpenAI's `encoding_format: base64` has it: little-endian float32, one after the
/// other. Numbers beyond a float's range become its largest.
std::string packed_vector(const document& vector);

} // namespace llm_proxy::providers
