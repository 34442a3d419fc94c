#pragma once

#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// `batchEmbedContents` as OpenAI's list of embeddings.
/// https://ai.google.dev/api/embeddings
result<translated_body> gemini_embeddings(const document& answer,
                                          const gemini_answer_options& options);

/// Images of `generateContent` or of Imagen's `predict` as OpenAI's image answer.
result<translated_body> gemini_image_answer(const document& answer,
                                            const gemini_answer_options& options);

/// The audio itself. PCM as `wav` gets a header with the rate that the upstream names; for `mp3`,
/// `opus` and `flac` it is left to be encoded.
/// https://ai.google.dev/gemini-api/docs/speech-generation
result<translated_body> gemini_speech(const document& answer, const gemini_answer_options& options);

} // namespace llm_proxy::providers
