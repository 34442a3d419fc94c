#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// Writes `generationConfig` (ai.google.dev/api/generate-content#generationconfig) into the body
/// from OpenAI's parameters. Fields that bear Gemini's own name, in snake or camel case, pass as
/// they are; what Gemini does not have is left out.
result<void> write_generation_config(const document& parameters, const gemini_model& model,
                                     document& body);

} // namespace llm_proxy::providers
