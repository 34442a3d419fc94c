#pragma once

#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace llm_proxy::providers {

// The bodies of Gemini's other calls, from the parameters of OpenAI's.

/// `batchEmbedContents` (ai.google.dev/api/embeddings): one embedding for each input.
result<nlohmann::ordered_json> embedding_body(const nlohmann::ordered_json& parameters,
                                              const gemini_model& model);

/// `generateContent` of a model that draws, or Imagen's `predict`.
result<nlohmann::ordered_json> image_body(const nlohmann::ordered_json& parameters,
                                          const gemini_model& model);

/// `generateContent` of a model that speaks.
result<nlohmann::ordered_json> speech_body(const nlohmann::ordered_json& parameters,
                                           const gemini_model& model);

/// The format of the answer to a speech call: `wav` or `pcm`, as Gemini makes no others.
result<std::string> speech_format(const nlohmann::ordered_json& parameters);

/// Gemini's aspect ratio nearest to OpenAI's `size`, such as `2:3` for `1024x1536`; empty for
/// `auto` and what is no size.
std::string aspect_ratio(std::string_view size);

} // namespace llm_proxy::providers
