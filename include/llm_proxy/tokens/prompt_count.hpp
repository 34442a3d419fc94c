#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/tokens/encoding.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>

namespace llm_proxy::tokens {

/// What makes a prompt besides its messages; null where there is none.
struct prompt_extras {
    const document* tools = nullptr;
    const document* tool_choice = nullptr;
};

/// The tokens of a chat's prompt as LiteLLM's `token_counter` has them: three for each message, all
/// its texts, and three for the answer to begin; images by their size, those named by an address
/// as if of 300 × 300. An error, with status 400, for content of an unknown kind. Recurses as deep
/// as the messages are nested.
result<std::int64_t> count_prompt(const encoding& by, const document& messages,
                                  const prompt_extras& extras = {});

} // namespace llm_proxy::tokens
