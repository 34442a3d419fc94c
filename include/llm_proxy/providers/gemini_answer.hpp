#pragma once

#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// What an answer's translation needs to know of its request.
struct gemini_answer_options {
    model::call_type type = model::call_type::chat_completion;
    std::string model;               // the upstream's name
    std::string requested_model;     // as the client named it, for errors
    std::int64_t created = 0;        // seconds since the epoch
    random_source* random = nullptr; // for ids the upstream does not give
    bool legacy_functions = false;   // the client sent `functions`: answer with function_call
    bool base64_embeddings = false;  // encoding_format: base64
    std::string speech_format;       // of /audio/speech: "wav", "mp3" and so on
    std::string transcript_format;   // of /audio/transcriptions: "json", "srt" and so on
};

std::unique_ptr<translation> make_gemini_translation(gemini_answer_options options);

/// The client's error for an upstream failure (status and raw body), in LiteLLM's words; with a
/// `retry-after` header from RetryInfo.retryDelay.
error gemini_error(int status, std::string_view body, std::string_view requested_model);

} // namespace llm_proxy::providers
