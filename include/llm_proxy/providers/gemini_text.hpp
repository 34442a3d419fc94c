#pragma once

#include "llm_proxy/providers/gemini_json.hpp"

#include <string_view>

namespace llm_proxy::providers {

// Gemini only chats: what it says in answer to a text completion, in that call's form.

/// A whole chat answer as a text completion.
document text_completion(const document& chat);

/// The choices of a chat answer (`from` is `message`) or chunk (`delta`) as a text completion's.
document text_choices(const document& choices, const char* from);

} // namespace llm_proxy::providers
