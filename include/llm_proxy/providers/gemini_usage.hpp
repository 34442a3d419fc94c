#pragma once

#include "llm_proxy/providers/gemini_candidate.hpp"
#include "llm_proxy/providers/gemini_json.hpp"

namespace llm_proxy::providers {

/// OpenAI's usage of a `usageMetadata`, with the tokens of each kind of input and output.
/// https://ai.google.dev/api/generate-content#UsageMetadata
document gemini_usage(const document& metadata, const gemini_lookups& lookups);

/// The three totals alone, for answers that were withheld.
document gemini_total_usage(const document& metadata);

/// The usage of an image answer, which counts under other names.
document gemini_image_usage(const document& metadata);

} // namespace llm_proxy::providers
