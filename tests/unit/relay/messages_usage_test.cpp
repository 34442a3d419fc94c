#include "llm_proxy/relay/messages_usage.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::relay {
namespace messages_usage_test {

void take(messages_usage& usage, const std::string& text) {
    std::vector<json::member> members;
    ASSERT_TRUE(json::scan(text, members)) << text;
    usage.take(text, members);
}

TEST(messages_usage, start_and_end_make_one) {
    messages_usage usage;
    take(usage, R"({"type":"message_start","message":{"model":"claude","usage":{"input_tokens":3,)"
                R"("cache_read_input_tokens":4,"output_tokens":1,"service_tier":null}}})");
    EXPECT_FALSE(usage.known());
    take(usage, R"({"type":"ping"})");
    take(usage, R"({"type":"message_delta","delta":{},"usage":{"output_tokens":9}})");
    EXPECT_TRUE(usage.known());
    EXPECT_FALSE(usage.ended());
    EXPECT_EQ(usage.answer(), R"({"model":"claude","usage":{"input_tokens":3,)"
                              R"("cache_read_input_tokens":4,"output_tokens":9}})");
    take(usage, R"({"type":"message_stop"})");
    EXPECT_TRUE(usage.ended());
}

TEST(messages_usage, what_is_missing_is_left_out) {
    messages_usage usage;
    take(usage, R"({"type":"message_start","message":7})");
    take(usage, R"({"type":7})");
    take(usage, R"({"type":"message_delta"})");
    EXPECT_EQ(usage.answer(), R"({"usage":{}})");
}

TEST(messages_usage, many_members_do_not_grow) {
    messages_usage usage;
    std::string text = R"({"type":"message_delta","usage":{"x":1)";
    for (int i = 0; i < 200; ++i)
        text += ",\"" + std::to_string(i) + "\":1";
    take(usage, text + "}}");
    EXPECT_LT(usage.answer().size(), 64U * 8);
    take(usage, R"({"type":"message_delta","usage":{"x":")" + std::string(5000, 'x') + "\"}}");
    EXPECT_LT(usage.answer().size(), 64U * 8);
}

TEST(messages_usage, tokens_of_the_cache_are_the_prompt_s) {
    const auto usage = read_messages_usage(
        R"({"input_tokens":3,"cache_read_input_tokens":4,"cache_creation_input_tokens":2,)"
        R"("output_tokens":5})");
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->prompt_tokens, 9);
    EXPECT_EQ(usage->completion_tokens, 5);
    EXPECT_EQ(usage->total_tokens, 14);
    EXPECT_FALSE(read_messages_usage("7"));
}

} // namespace messages_usage_test
} // namespace llm_proxy::relay
