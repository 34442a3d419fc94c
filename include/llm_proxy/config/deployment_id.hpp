#pragma once

#include "llm_proxy/config/value.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::config {

/// LiteLLM's id of a deployment that names none: SHA-256, in hexadecimal, over the model name and
/// each key and value of `litellm_params` in file order, `os.environ/` resolved; mappings as JSON,
/// all else as Python's `str`. Spend records of LiteLLM hold the same ids.
std::string deployment_id(std::string_view model_name, const value& litellm_params);

} // namespace llm_proxy::config
