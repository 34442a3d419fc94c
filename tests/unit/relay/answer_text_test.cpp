#include "llm_proxy/relay/answer_text.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::relay {
namespace answer_text_test {

TEST(answer_text, joins_what_a_stream_says) {
    answer_text text;
    text.add(R"([{"index":0,"delta":{"role":"assistant","content":""}}])");
    text.add(R"([{"index":0,"delta":{"content":"Hel\"lo"},"finish_reason":null}])");
    text.add(R"([{"delta":{"content":null}}, 5, {"delta":{"content":" \u00e9"}}])");
    text.add(R"([{"text":"!"}])");
    text.add("[]");
    EXPECT_EQ(text.said(), "Hel\"lo \u00e9!");
    EXPECT_EQ(text.thoughts(), "");
    EXPECT_FALSE(text.has_calls());
    EXPECT_EQ(text.scale(), 1);
}

TEST(answer_text, a_chunk_says_the_same_in_any_form) {
    for (const char* chunk :
         {R"([{"index":0,"delta":{"content":"abc"},"logprobs":null,"finish_reason":null}])",
          R"([{"finish_reason":null,"index":0,"delta":{"content":"abc"}}])",
          R"([{"delta":{"content":"abc"}}])", R"([ {"delta": {"content": "abc"}} ])",
          R"([{"delta":{"content":"ab","x":1}},{"delta":{"content":"c"}}])",
          R"([{"delta":{"content":"a"}},{"delta":{"content":"bc"}}])",
          R"([{"delta":{"content":"a\u0062c"}}])", R"([{"text":"","delta":{"content":"abc"}}])",
          R"([{"logprobs":{"delta":{"content":"x"}},"delta":{"content":"abc"}}])"}) {
        answer_text text;
        text.add(chunk);
        EXPECT_EQ(text.said(), "abc") << chunk;
    }
}

TEST(answer_text, keeps_thoughts_apart_and_once) {
    answer_text text;
    text.add(R"([{"delta":{"reasoning":"let me","reasoning_content":"let me"}}])");
    text.add(R"([{"delta":{"reasoning":"","reasoning_content":" see"}}])");
    text.add(R"([{"delta":{"reasoning":null,"content":"yes"}}])");
    EXPECT_EQ(text.thoughts(), "let me see");
    EXPECT_EQ(text.said(), "yes");
}

TEST(answer_text, joins_the_calls_of_a_stream_by_their_index) {
    answer_text text;
    text.add(R"([{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":)"
             R"({"name":"f","arguments":""}}]}}])");
    text.add(R"([{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g"}}]}}])");
    text.add(R"([{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}])");
    text.add(R"([{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}, 5]}}])");
    EXPECT_TRUE(text.has_calls());
    EXPECT_EQ(text.said(),
              R"({"function":{"arguments":"{\"x\":1}","name":"f"},"id":"a","type":"function"})"
              R"({"function":{"arguments":"","name":"g"},"id":"b","type":"function"})");
}

TEST(answer_text, takes_a_whole_answer) {
    answer_text text;
    text.add(R"([{"message":{"content":"x","tool_calls":[{"id":"a","function":{"name":"f",)"
             R"("arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{}"}}]}}])");
    EXPECT_EQ(text.said(),
              R"(x{"function":{"arguments":"{}","name":"f"},"id":"a","type":"function"})"
              R"({"function":{"arguments":"{}","name":"f"},"id":"b","type":"function"})");
}

TEST(answer_text, keeps_a_megabyte_and_tells_how_much_more_there_was) {
    answer_text text;
    const std::string chunk =
        R"([{"delta":{"content":")" + std::string(256UL * 1024, 'x') + "\"}}]";
    for (int i = 0; i < 8; ++i) {
        text.add(chunk);
    }
    EXPECT_EQ(text.said().size(), 1024UL * 1024);
    EXPECT_EQ(text.scale(), 2);
    for (int i = 0; i < 1000; ++i) {
        text.add(R"([{"delta":{"tool_calls":[{"index":)" + std::to_string(i) + "}]}}]");
    }
    EXPECT_LT(text.said().size(), 1100UL * 1024);
}

} // namespace answer_text_test
} // namespace llm_proxy::relay
