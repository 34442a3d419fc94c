#include "llm_proxy/tokens/prompt_count.hpp"

#include "tokens/tokens_test_support.hpp"

namespace llm_proxy::tokens {
namespace prompt_count_test {

using nlohmann::ordered_json;

const encoding& o200k() {
    return encoding::get(encoding_name::o200k_base);
}

TEST(count_prompt, counts_what_litellm_counts) {
    const auto cases = token_fixture("messages.json");
    ASSERT_GE(cases.size(), 40U);
    for (const auto& one : cases) {
        SCOPED_TRACE(one.dump().substr(0, 400));
        prompt_extras extras;
        extras.tools = one.contains("tools") ? &one["tools"] : nullptr;
        extras.tool_choice = one.contains("tool_choice") ? &one["tool_choice"] : nullptr;
        const auto count = count_prompt(o200k(), one["messages"], extras);
        ASSERT_EQ(count.has_value(), !one["count"].is_null());
        if (count) {
            EXPECT_EQ(*count, one["count"].get<std::int64_t>());
        } else {
            EXPECT_EQ(count.error().status, 400);
        }
    }
}

TEST(count_prompt, an_image_that_is_elsewhere_is_not_fetched) {
    const auto messages =
        ordered_json::parse(R"([{"role":"user","content":[{"type":"image_url","image_url":)"
                            R"({"url":"https://example.com/a.png","detail":"high"}}]}])");
    EXPECT_EQ(count_prompt(o200k(), messages).value(), 3 + 1 + 255 + 3);
}

TEST(count_prompt, odd_json_is_an_error_or_nothing) {
    for (const char* text : {R"([5])", R"([{"content":[{}]}])", R"([{"content":[5]}])",
                             R"([{"content":[{"type":"document"}]}])", R"([{"tool_calls":[5]}])",
                             R"([{"tool_calls":{"a":1}}])"}) {
        EXPECT_FALSE(count_prompt(o200k(), ordered_json::parse(text))) << text;
    }
    for (const char* text :
         {R"([{"content":{"a":1},"role":5,"x":[1]}])", R"([{"content":[{"type":"tool_result"}]}])",
          R"([{"search_results":[{"content":5,"citations":{"enabled":true}}]}])",
          R"([{"content":[{"type":"document","source":{"type":"content","content":null}}]}])"}) {
        EXPECT_TRUE(count_prompt(o200k(), ordered_json::parse(text))) << text;
    }
    const auto tools = ordered_json::parse(
        R"([5,{"function":{"name":7,"description":[1.5,null,true],"parameters":{"properties":)"
        R"({"a":true,"b":{"type":"array"},"c":{"type":"string","enum":7},"d":{"enum":{}}},)"
        R"("required":"a"}}}])");
    EXPECT_TRUE(count_prompt(o200k(), ordered_json::array(), {.tools = &tools}));
}

} // namespace prompt_count_test
} // namespace llm_proxy::tokens
