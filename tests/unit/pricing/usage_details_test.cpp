#include "llm_proxy/pricing/usage_details.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::pricing {
namespace usage_details_test {

TEST(usage_details, reads_openais_parts) {
    const auto read = read_usage_details(R"({
        "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": 10, "text_tokens": 80,
            "image_tokens": 5, "video_tokens": 4, "cache_write_tokens": 7,
            "cached_tokens_details": {"audio_tokens": 3, "text_tokens": 30, "image_tokens": 2},
            "web_search_requests": 0, "google_maps_grounding_requests": 2},
        "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 3, "text_tokens": 25,
            "image_tokens": 1, "video_tokens": 1},
        "service_tier": "flex"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->prompt_tokens, 100);
    EXPECT_EQ(read->completion_tokens, 50);
    EXPECT_EQ(read->total_tokens, 150);
    EXPECT_EQ(read->cached_tokens, 40);
    EXPECT_EQ(read->cached_audio_tokens, 3);
    EXPECT_EQ(read->cached_text_tokens, 30);
    EXPECT_EQ(read->cached_image_tokens, 2);
    EXPECT_EQ(read->prompt_audio_tokens, 10);
    EXPECT_EQ(read->prompt_text_tokens, 80);
    EXPECT_EQ(read->prompt_image_tokens, 5);
    EXPECT_EQ(read->prompt_video_tokens, 4);
    EXPECT_EQ(read->cache_write_tokens, 7);
    EXPECT_FALSE(read->has_cache_write_kinds);
    EXPECT_EQ(read->reasoning_tokens, 20);
    EXPECT_EQ(read->completion_audio_tokens, 3);
    EXPECT_EQ(read->completion_text_tokens, 25);
    EXPECT_EQ(read->prompt_searches, 0);
    EXPECT_EQ(read->maps_groundings, 2);
    EXPECT_EQ(read->service_tier, "flex");
    EXPECT_FALSE(read->stated_cost);
}

TEST(usage_details, reads_the_responses_api) {
    const auto read = read_usage_details(R"({"input_tokens": 36, "output_tokens": 87,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens_details": {"reasoning_tokens": 60}, "total_tokens": 123})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->prompt_tokens, 36);
    EXPECT_EQ(read->completion_tokens, 87);
    EXPECT_EQ(read->cached_tokens, 4);
    EXPECT_EQ(read->reasoning_tokens, 60);
}

TEST(usage_details, adds_anthropics_cache_to_its_input) {
    const auto read = read_usage_details(R"({"input_tokens": 10, "output_tokens": 5,
        "cache_read_input_tokens": 100, "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        "server_tool_use": {"web_search_requests": 2}, "service_tier": "standard"})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->prompt_tokens, 140);
    EXPECT_EQ(read->total_tokens, 145);
    EXPECT_EQ(read->cached_tokens, 100);
    EXPECT_EQ(read->cache_write_tokens, 30);
    EXPECT_TRUE(read->has_cache_write_kinds);
    EXPECT_EQ(read->cache_write_5m_tokens, 20);
    EXPECT_EQ(read->cache_write_1h_tokens, 10);
    EXPECT_EQ(read->server_searches, 2);
}

TEST(usage_details, counts_beside_the_details_win) {
    const auto read = read_usage_details(R"({"prompt_tokens": 9, "prompt_cache_hit_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 1}, "reasoning_tokens": 3})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->cached_tokens, 5);
    EXPECT_EQ(read->reasoning_tokens, 3);
}

TEST(usage_details, reads_the_stated_cost) {
    EXPECT_EQ(read_usage_details(R"({"cost": 0.00125})")->stated_cost, 0.00125);
    EXPECT_EQ(read_usage_details(R"({"cost": 0})")->stated_cost, 0.0);
    for (const char* cost : {"null", "\"1\"", "{\"total_cost\": 1}", "-1", "true"}) {
        EXPECT_FALSE(read_usage_details(std::string(R"({"cost": )") + cost + "}")->stated_cost);
    }
}

TEST(usage_details, takes_nothing_of_a_wrong_type) {
    const auto read = read_usage_details(R"({"prompt_tokens": "10", "completion_tokens": -5,
        "total_tokens": 1e300, "prompt_tokens_details": [1], "completion_tokens_details": "x",
        "server_tool_use": 4, "service_tier": 1, "cache_creation": 7,
        "cache_read_input_tokens": {}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->prompt_tokens, 0);
    EXPECT_EQ(read->completion_tokens, 0);
    EXPECT_LT(read->total_tokens, std::int64_t{1} << 60);
    EXPECT_EQ(read->cached_tokens, 0);
    EXPECT_FALSE(read->has_cache_write_kinds);
    EXPECT_EQ(read->service_tier, "");
}

TEST(usage_details, needs_an_object) {
    for (const char* text : {"", "null", "[]", "1", "{", "{\"a\": \"\xff\"}"}) {
        EXPECT_FALSE(read_usage_details(text)) << text;
    }
}

} // namespace usage_details_test
} // namespace llm_proxy::pricing
