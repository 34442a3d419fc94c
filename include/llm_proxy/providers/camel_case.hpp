#pragma once

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// `max_output_tokens` as `maxOutputTokens`; a name without `_` stays.
std::string camel_case(std::string_view name);

} // namespace llm_proxy::providers
