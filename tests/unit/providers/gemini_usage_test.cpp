#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/gemini_usage.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers {
namespace gemini_usage_test {

using nlohmann::json;

json usage(const std::string& text, std::int64_t searches = 0, std::int64_t maps = 0) {
    gemini_lookups lookups;
    lookups.searches = searches;
    lookups.maps = maps;
    return json::parse(dump_json(gemini_usage(parse_document(text).value_or(nullptr), lookups)));
}

TEST(gemini_usage, counts_prompt_and_completion) {
    EXPECT_EQ(usage(R"({"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15,
                        "promptTokensDetails":[{"modality":"TEXT","tokenCount":10}]})"),
              json::parse(R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
                              "prompt_tokens_details":{"text_tokens":10},
                              "completion_tokens_details":{"text_tokens":5}})"));
    EXPECT_EQ(usage(R"({"promptTokenCount":10,"totalTokenCount":10})"),
              json::parse(R"({"prompt_tokens":10,"completion_tokens":0,"total_tokens":10,
                              "prompt_tokens_details":{}})"));
}

TEST(gemini_usage, a_missing_total_is_the_sum) {
    EXPECT_EQ(usage(R"({"promptTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":3})")
                  ["total_tokens"],
              6);
}

TEST(gemini_usage, thoughts_are_counted_once) {
    const auto beside = usage(R"({"promptTokenCount":10,"candidatesTokenCount":5,
                                  "thoughtsTokenCount":20,"totalTokenCount":35})");
    EXPECT_EQ(beside["completion_tokens"], 25);
    EXPECT_EQ(beside["completion_tokens_details"],
              json::parse(R"({"reasoning_tokens":20,"text_tokens":5})"));
    const auto inside = usage(R"({"promptTokenCount":10,"candidatesTokenCount":25,
                                  "thoughtsTokenCount":20,"totalTokenCount":35})");
    EXPECT_EQ(inside["completion_tokens"], 25);
    EXPECT_EQ(inside["completion_tokens_details"],
              json::parse(R"({"reasoning_tokens":20,"text_tokens":5})"));
}

TEST(gemini_usage, tool_use_is_part_of_the_prompt_unless_it_was_a_search) {
    const std::string text = R"({"promptTokenCount":10,"candidatesTokenCount":5,
                                 "toolUsePromptTokenCount":50,"totalTokenCount":65})";
    EXPECT_EQ(usage(text)["prompt_tokens"], 60);
    EXPECT_EQ(usage(text)["completion_tokens"], 5);
    const auto searched = usage(text, 2);
    EXPECT_EQ(searched["prompt_tokens"], 10);
    EXPECT_EQ(searched["total_tokens"], 65);
    EXPECT_EQ(searched["prompt_tokens_details"],
              json::parse(R"({"tool_use_tokens":50,"web_search_requests":2})"));
    const auto mapped = usage(text, 0, 1);
    EXPECT_EQ(mapped["prompt_tokens"], 10);
    EXPECT_EQ(mapped["prompt_tokens_details"]["google_maps_grounding_requests"], 1);
}

TEST(gemini_usage, modalities_are_net_of_what_was_cached) {
    const std::string prompt = R"("promptTokenCount":100,"cachedContentTokenCount":40,
        "totalTokenCount":100,"promptTokensDetails":[{"modality":"TEXT","tokenCount":50},
        {"modality":"DOCUMENT","tokenCount":20},{"modality":"AUDIO","tokenCount":20},
        {"modality":"IMAGE","tokenCount":6},{"modality":"VIDEO","tokenCount":4}])";
    const auto plain = usage("{" + prompt + "}");
    EXPECT_EQ(plain["cache_read_input_tokens"], 40);
    EXPECT_EQ(plain["prompt_tokens_details"],
              json::parse(R"({"cached_tokens":40,"text_tokens":30,"audio_tokens":20,
                              "image_tokens":6,"video_tokens":4})"));
    const auto told = usage("{" + prompt + R"(,"cacheTokensDetails":[
        {"modality":"TEXT","tokenCount":25},{"modality":"AUDIO","tokenCount":15}]})");
    EXPECT_EQ(told["prompt_tokens_details"],
              json::parse(R"({"cached_tokens":40,"text_tokens":45,"audio_tokens":5,
                              "image_tokens":6,"video_tokens":4})"));
}

TEST(gemini_usage, output_that_is_no_text_is_not_counted_as_text) {
    EXPECT_EQ(usage(R"({"candidatesTokenCount":1295,"totalTokenCount":1295,
        "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]})")
                  ["completion_tokens_details"],
              json::parse(R"({"image_tokens":1290,"text_tokens":5})"));
    EXPECT_EQ(usage(R"({"candidatesTokenCount":20,"totalTokenCount":20,
        "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":20}]})")
                  ["completion_tokens_details"],
              json::parse(R"({"audio_tokens":20})"));
}

TEST(gemini_usage, numbers_that_cannot_be_are_nothing) {
    const auto out = usage(R"({"promptTokenCount":-1,"candidatesTokenCount":18446744073709551615,
                               "thoughtsTokenCount":1.5,"totalTokenCount":"3"})");
    EXPECT_EQ(out["prompt_tokens"], 0);
    EXPECT_EQ(out["completion_tokens"], 0);
    EXPECT_EQ(out["total_tokens"], 0);
}

} // namespace gemini_usage_test
} // namespace llm_proxy::providers
