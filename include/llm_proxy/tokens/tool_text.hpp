#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace llm_proxy::tokens {

/// The definitions of tools in the TypeScript-like form that LiteLLM counts, which is that in which
/// OpenAI's models seem to get them. Takes OpenAI's, Anthropic's and Gemini's definitions; what is
/// none is left out. Recurses as deep as the parameters are nested.
std::string tool_text(const nlohmann::ordered_json& tools);

} // namespace llm_proxy::tokens
