#pragma once

#include "llm_proxy/providers/translation.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace llm_proxy::providers {

/// Whole chat answers of Copilot's Claude models: newer ones come in the form of Anthropic's
/// Messages API, with `content` blocks and a `stop_reason` in place of `choices`
/// (github.com/BerriAI/litellm/issues/29391). Those become chat completions of the time `created`
/// (seconds since the epoch); all else passes as it is.
std::unique_ptr<translation> make_copilot_claude_translation(std::string requested_model,
                                                             std::int64_t created);

} // namespace llm_proxy::providers
