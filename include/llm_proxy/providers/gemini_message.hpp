#pragma once

#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// What a candidate of Gemini's says, sorted by where OpenAI's messages have it. The views point
/// into the candidate.
/// https://ai.google.dev/api/caching#Part
struct gemini_message {
    struct thought {
        std::string_view text;
        std::string_view signature;
    };
    struct call {
        std::string id; // its signature included
        std::string_view name;
        std::string arguments;
        std::string_view signature;
    };
    struct media {
        std::string_view mime;
        std::string_view data; // base64
    };

    bool any_part = false;
    std::string content;
    std::string reasoning;
    std::vector<thought> thoughts;
    std::vector<call> calls;
    std::vector<std::string_view> signatures;
    std::vector<media> images;
    std::vector<media> audio;
};

gemini_message read_gemini_message(const document& candidate, random_source* random);

/// Image parts as `images[]`, counted from `first`.
document gemini_images_json(const gemini_message& message, std::size_t first);

/// Function calls as `tool_calls[]`, counted from `first`.
document gemini_tool_calls_json(const gemini_message& message, std::size_t first);

/// The first call as the `function_call` of clients that sent `functions`.
document gemini_function_call_json(const gemini_message& message);

/// The base64 of all audio parts as one; empty if one of several is no base64.
std::string gemini_audio_data(const gemini_message& message);

/// Audio as OpenAI's messages have it; it stays with the client, so it "expires" after a day.
document gemini_audio_json(const gemini_message& message, std::int64_t created,
                           random_source* random);

} // namespace llm_proxy::providers
