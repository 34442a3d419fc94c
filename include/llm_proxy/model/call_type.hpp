#pragma once

#include <cstdint>
#include <string_view>

namespace llm_proxy::model {

/// What a client asks of a model: one per OpenAI route that reaches a provider.
enum class call_type : std::uint8_t {
    chat_completion,
    completion,
    embedding,
    moderation,
    image_generation,
    image_edit,
    image_variation,
    speech,
    transcription,
    translation,
    rerank,
    // What follows can be asked as a chat where a provider does not serve it.
    response,
    message,
};

inline bool can_be_chat(call_type type) {
    return type >= call_type::response;
}

inline constexpr std::size_t call_type_count = 13;

/// Fixed facts of a call type.
struct call_traits {
    call_type type;
    /// The path below an OpenAI-style base, the same as the client's without `/v1`.
    std::string_view path;
    /// The parameter without which LiteLLM refuses the request; empty if none.
    std::string_view required;
    /// The body is `multipart/form-data` rather than JSON.
    bool multipart;
    /// With `stream: true` the answer is a stream of events that ends in `[DONE]`.
    bool event_stream;
};

const call_traits& traits_of(call_type type);

} // namespace llm_proxy::model
