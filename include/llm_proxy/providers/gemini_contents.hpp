#pragma once

#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

namespace llm_proxy::providers {

/// Writes OpenAI's messages into the body as `contents` and `systemInstruction`. System messages go
/// to the latter wherever they stand; neighbours of one role are joined; tool results find their
/// function by the id of the call (ai.google.dev/api/caching#Content).
result<void> write_conversation(const nlohmann::ordered_json& messages, const gemini_model& model,
                                gemini_media& media, nlohmann::ordered_json& body);

} // namespace llm_proxy::providers
