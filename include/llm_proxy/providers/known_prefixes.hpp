#pragma once

#include <string_view>

namespace llm_proxy::providers {

/// Whether the prefix names a model provider of LiteLLM's that has no adapter here: the
/// configuration is right, only this version cannot serve it.
bool is_known_prefix(std::string_view prefix);

} // namespace llm_proxy::providers
