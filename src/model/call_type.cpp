#include "llm_proxy/model/call_type.hpp"

#include <array>

namespace llm_proxy::model {

namespace {

constexpr std::array<call_traits, call_type_count> table{{
    {call_type::chat_completion, "/chat/completions", "messages", false, true},
    {call_type::completion, "/completions", "prompt", false, true},
    {call_type::embedding, "/embeddings", "input", false, false},
    {call_type::moderation, "/moderations", "input", false, false},
    {call_type::image_generation, "/images/generations", "prompt", false, false},
    {call_type::image_edit, "/images/edits", "", true, false},
    {call_type::image_variation, "/images/variations", "", true, false},
    {call_type::speech, "/audio/speech", "input", false, false},
    {call_type::transcription, "/audio/transcriptions", "", true, false},
    {call_type::translation, "/audio/translations", "", true, false},
    {call_type::rerank, "/rerank", "query", false, false},
    {call_type::response, "/responses", "input", false, false},
    {call_type::message, "/messages", "messages", false, false},
}};

} // namespace

const call_traits& traits_of(call_type type) {
    return table[static_cast<std::size_t>(type)];
}

} // namespace llm_proxy::model
