#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>

namespace llm_proxy::providers {

/// Cuts a conversation in two, behind `blocks` blocks of the content of message `message`, a
/// user's if there are any.
struct conversation_cut {
    std::size_t message = 0;
    std::size_t blocks = 0;
    std::size_t turns = 0; // once written: how many of `contents` lie before it
};

/// Writes OpenAI's messages into the body as `contents` and `systemInstruction`. System messages go
/// to the latter wherever they stand; neighbours of one role are joined; tool results find their
/// function by the id of the call (ai.google.dev/api/caching#Content). No turn reaches over a cut.
result<void> write_conversation(const document& messages, const gemini_model& model,
                                gemini_media& media, document& body,
                                conversation_cut* cut = nullptr);

} // namespace llm_proxy::providers
