#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>

namespace llm_proxy::providers {

// Transcriptions go to Gemini's Interactions API (ai.google.dev/gemini-api/docs/transcribe).

/// The body for a form with an audio file: its language and the wish for times of words. Gemini has
/// no `prompt` and no `temperature` here; they are left out, as by LiteLLM.
result<document> transcription_body(const inbound_call& call);

/// The form's `response_format`: `json`, `verbose_json`, `text`, `srt` or `vtt`.
result<std::string> transcript_format(const inbound_call& call);

/// The transcript in the format that was asked for.
result<translated_body> gemini_transcript(const document& answer,
                                          const gemini_answer_options& options);

} // namespace llm_proxy::providers
