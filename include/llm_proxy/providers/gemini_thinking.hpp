#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// Writes `thinkingConfig` from `reasoning_effort` (a text, or an object with `effort`) and
/// Anthropic's `thinking`: a budget up to generation 2.5, a level from 3 on
/// (ai.google.dev/gemini-api/docs/thinking). Models that do not think get none.
result<void> write_thinking(const document& parameters, const gemini_model& model,
                            document& config);

} // namespace llm_proxy::providers
