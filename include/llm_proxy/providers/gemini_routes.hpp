#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::providers {

// The bodies of Gemini's other calls, from the parameters of OpenAI's.

/// `batchEmbedContents` (ai.google.dev/api/embeddings): one embedding for each input.
result<document> embedding_body(const document& parameters, const gemini_model& model);

/// `generateContent` of a model that draws, or Imagen's `predict`.
result<document> image_body(const document& parameters, const gemini_model& model);

/// `generateContent` of a model that speaks.
result<document> speech_body(const document& parameters, const gemini_model& model);

/// The format of the answer to a speech call. Gemini makes PCM: `aac`, for which there is no good
/// free encoder, and unknown ones are refused.
result<std::string> speech_format(const document& parameters);

/// Gemini's aspect ratio nearest to OpenAI's `size`, such as `2:3` for `1024x1536`; empty for
/// `auto` and what is no size.
std::string aspect_ratio(std::string_view size);

} // namespace llm_proxy::providers
