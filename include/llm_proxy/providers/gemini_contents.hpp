#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// Writes OpenAI's messages into the body as `contents` and `systemInstruction`. System messages go
/// to the latter wherever they stand; neighbours of one role are joined; tool results find their
/// function by the id of the call (ai.google.dev/api/caching#Content).
result<void> write_conversation(const document& messages, const gemini_model& model,
                                gemini_media& media, document& body);

} // namespace llm_proxy::providers
