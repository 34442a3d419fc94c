#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::pricing {

/// What a provider counted for one call, as far as it bears on the price. All counts are 0 where
/// the provider does not say; the parts are subsets of `prompt_tokens` and `completion_tokens`.
struct usage_details {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    std::int64_t total_tokens = 0;

    std::int64_t prompt_text_tokens = 0;
    std::int64_t prompt_audio_tokens = 0;
    std::int64_t prompt_image_tokens = 0;
    std::int64_t prompt_video_tokens = 0;
    std::int64_t prompt_characters = 0;
    std::int64_t prompt_images = 0;
    std::int64_t queries = 0;
    double prompt_audio_seconds = 0;
    double prompt_video_seconds = 0;

    /// Read from the provider's cache, and what of it is known to be text, audio or image.
    std::int64_t cached_tokens = 0;
    std::int64_t cached_text_tokens = 0;
    std::int64_t cached_audio_tokens = 0;
    std::int64_t cached_image_tokens = 0;
    /// Written to the cache; the two kinds replace the sum where the provider tells them apart.
    std::int64_t cache_write_tokens = 0;
    bool has_cache_write_kinds = false;
    std::int64_t cache_write_5m_tokens = 0;
    std::int64_t cache_write_1h_tokens = 0;

    std::int64_t completion_text_tokens = 0;
    std::int64_t completion_audio_tokens = 0;
    std::int64_t completion_image_tokens = 0;
    std::int64_t completion_video_tokens = 0;
    std::int64_t reasoning_tokens = 0;

    /// Nothing: no search was reported, which is not the same as none.
    std::optional<std::int64_t> prompt_searches; // `prompt_tokens_details.web_search_requests`
    std::optional<std::int64_t> server_searches; // `server_tool_use.web_search_requests`
    std::int64_t maps_groundings = 0;

    /// What the provider itself says that the call costs, in US dollars.
    std::optional<double> stated_cost;
    std::string service_tier;
};

/// Reads a `usage` object: OpenAI's of chat, completions and embeddings, that of the Responses API
/// (`input_tokens`), and Anthropic's additions (`cache_read_input_tokens`), whose counts are not
/// part of its `input_tokens`. Members of a wrong type count as absent. Nothing if this is no JSON
/// object.
std::optional<usage_details> read_usage_details(std::string_view json);

} // namespace llm_proxy::pricing
