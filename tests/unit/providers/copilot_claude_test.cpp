#include "llm_proxy/providers/copilot_claude.hpp"

#include <gtest/gtest.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace copilot_claude_test {

constexpr const char* message =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[)"
    R"({"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Hi "},)"
    R"({"type":"text","text":"there"},{"type":"tool_use","id":"t1","name":"f","input":{"a":1}},)"
    R"({"type":"tool_use","id":"t2","name":"g"}],"stop_reason":"tool_use","stop_sequence":null,)"
    R"("usage":{"input_tokens":12,"output_tokens":7,"cache_read_input_tokens":3,)"
    R"("cache_creation_input_tokens":2}})";

nlohmann::json converted(const std::string& text) {
    return copilot_answer(*make_copilot_claude_translation("group", 1000), text);
}

TEST(copilot_claude, a_message_becomes_a_chat_completion) {
    EXPECT_EQ(converted(message), nlohmann::json::parse(R"({
        "id": "msg_1", "object": "chat.completion", "created": 1000, "model": "claude",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": "Hi there", "reasoning_content": "hm",
            "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}},
                {"id": "t2", "type": "function", "function": {"name": "g", "arguments": "{}"}}]}}],
        "usage": {"prompt_tokens": 17, "completion_tokens": 7, "total_tokens": 24,
                  "prompt_tokens_details": {"cached_tokens": 3, "cache_creation_tokens": 2},
                  "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}})"));
}

TEST(copilot_claude, an_end_has_a_reason) {
    const auto reason = [](const std::string& members) {
        const nlohmann::json answer = converted("{" + members + "}");
        return answer["choices"][0]["finish_reason"].get<std::string>() + ":" +
               answer["choices"][0]["message"]["content"].dump();
    };
    const std::string text = R"("content":[{"type":"text","text":"x"}])";
    EXPECT_EQ(reason(text + R"(,"stop_reason":"end_turn")"), "stop:\"x\"");
    EXPECT_EQ(reason(text + R"(,"stop_reason":"stop_sequence")"), "stop:\"x\"");
    EXPECT_EQ(reason(text + R"(,"stop_reason":"max_tokens")"), "length:\"x\"");
    EXPECT_EQ(reason(text + R"(,"stop_reason":"refusal")"), "content_filter:\"x\"");
    EXPECT_EQ(reason(text), "stop:\"x\"");
    EXPECT_EQ(reason(R"("content":"x")"), "stop:\"x\"");
    EXPECT_EQ(reason(R"("content":[],"choices":[])"), "length:\"\"");
    EXPECT_EQ(reason(R"("content":[{"type":"tool_use"}])"), "tool_calls:null");
    EXPECT_EQ(reason(R"("content":[1,{"type":7},null],"usage":[])"), "length:\"\"");
}

TEST(copilot_claude, other_answers_pass_as_they_are) {
    const auto translation = make_copilot_claude_translation("group", 0);
    for (const std::string text : {R"({"choices":[{"message":{"content":"x"}}], "content":"y"})",
                                   R"({"error":"e"})", "{}", "[]", "plain", ""}) {
        const auto body = translation->body({}, text);
        ASSERT_TRUE(body);
        EXPECT_EQ(body->bytes, text);
    }
    std::vector<std::string> chunks;
    EXPECT_TRUE(translation->event("{\"x\":1}", chunks));
    EXPECT_TRUE(translation->event("[DONE]", chunks));
    EXPECT_TRUE(translation->finish(chunks));
    EXPECT_EQ(chunks, std::vector<std::string>{"{\"x\":1}"});
}

TEST(copilot_claude, only_whole_answers_of_claude_are_read) {
    const std::string text = R"({"messages":[]})";
    EXPECT_NE(copilot_call(text, "claude-opus-4.8").out.answers, nullptr);
    EXPECT_EQ(copilot_call(text, "gpt-4.1").out.answers, nullptr);
    inbound_call stream;
    stream.stream = true;
    EXPECT_EQ(copilot_call(text, deploy(copilot_params("claude-opus-4.8")), stream).out.answers,
              nullptr);
}

} // namespace copilot_claude_test
} // namespace llm_proxy::providers
