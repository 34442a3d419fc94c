#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace llm_proxy::tokens {

/// Python's `str()` of a JSON value, which LiteLLM counts where a text was expected: `None`,
/// `True`, `{'a': 1}`. Recurses as deep as the value is nested.
std::string python_text(const nlohmann::ordered_json& value);

} // namespace llm_proxy::tokens
