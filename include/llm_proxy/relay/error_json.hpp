#pragma once

#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::relay {

/// OpenAI's error object, as LiteLLM fills it: `code` is the status as a string, `type` and
/// `param` may be null. `call_id` is added when it is not empty.
std::string error_json(const error& failure, std::string_view call_id = {});

} // namespace llm_proxy::relay
