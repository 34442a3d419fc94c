#pragma once

#include "llm_proxy/json/document.hpp"

#include <string>

namespace llm_proxy::tokens {

/// The definitions of tools in the TypeScript-like form that LiteLLM counts, which is that in which
/// OpenAI's models seem to get them. Takes OpenAI's, Anthropic's and Gemini's definitions; what is
/// none is left out. Recurses as deep as the parameters are nested.
std::string tool_text(const document& tools);

} // namespace llm_proxy::tokens
