#include "llm_proxy/providers/responses_answer.hpp"

#include <gmock/gmock.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace responses_answer_test {

std::unique_ptr<translation> answers() {
    static const copilot_call call(R"({"messages":[]})", "gpt-5.3-codex");
    return make_responses_translation({.requested_model = "group",
                                       .created = 1000,
                                       .random = nullptr,
                                       .target = call.target.get()});
}

nlohmann::json answer(const std::string& text) {
    return copilot_answer(*answers(), text);
}

/// A completed answer with these output items and further members.
nlohmann::json with_output(const std::string& items, const std::string& members = "") {
    return answer(R"({"id":"resp_1","created_at":7,"status":"completed","output":[)" + items + "]" +
                  members + "}");
}

constexpr const char* hello =
    R"({"type":"message","content":[{"type":"output_text","text":"Hello"}]})";

TEST(responses_answer, becomes_a_chat_completion) {
    EXPECT_EQ(
        with_output(
            R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A"},)"
            R"({"type":"summary_text","text":"B"}],"encrypted_content":"enc"},)" +
                std::string(hello) +
                R"(,{"type":"function_call","id":"fc_1","call_id":"call_abc","name":"f",)"
                R"("arguments":"{\"a\":1}"},{"type":"custom_tool_call","id":"ct","name":"c",)"
                R"("input":"do it"})",
            R"(,"service_tier":"default","usage":{"input_tokens":10,"output_tokens":5,)"
            R"("total_tokens":15,"input_tokens_details":{"cached_tokens":4},)"
            R"("output_tokens_details":{"reasoning_tokens":2}})"),
        nlohmann::json::parse(R"({
        "id": "resp_1", "object": "chat.completion", "created": 7, "model": "group",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": "Hello", "reasoning_content": "A\n\nB",
            "tool_calls": [
                {"id": "call_abc", "type": "function",
                 "function": {"name": "f", "arguments": "{\"a\":1}"}},
                {"id": "ct", "type": "function", "function": {"name": "c", "arguments": "do it"}}],
            "reasoning_items": [{"type": "reasoning", "id": "rs_1", "encrypted_content": "enc",
                "summary": [{"type": "summary_text", "text": "A"},
                            {"type": "summary_text", "text": "B"}]}]}}],
        "service_tier": "default",
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
                  "prompt_tokens_details": {"cached_tokens": 4},
                  "completion_tokens_details": {"reasoning_tokens": 2}}})"));
}

TEST(responses_answer, texts_and_refusals_are_joined) {
    const nlohmann::json got = with_output(
        R"({"type":"message","content":[{"type":"output_text","text":"a"},{"type":"output_text",)"
        R"("text":"b"}]},{"type":"new"},7,null,{"type":"message","content":[{"type":"refusal",)"
        R"("refusal":"no"},{"type":"output_text","text":"c"},{"type":"output_text","text":1}]})");
    EXPECT_EQ(got["choices"][0]["message"],
              nlohmann::json::parse(R"({"role":"assistant","content":"abc","refusal":"no"})"));
    EXPECT_FALSE(got.contains("usage"));
}

TEST(responses_answer, silence_is_null_only_beside_calls) {
    const nlohmann::json call =
        with_output(R"({"type":"function_call","name":"f","arguments":"{}"})");
    EXPECT_EQ(call["choices"][0]["message"]["content"], nullptr);
    const std::string id = call["choices"][0]["message"]["tool_calls"][0]["id"];
    EXPECT_TRUE(id.starts_with("call_")) << id;
    EXPECT_EQ(with_output("")["choices"][0]["message"]["content"], "");
}

TEST(responses_answer, an_answer_may_be_cut) {
    const auto reason = [](const std::string& members) {
        return with_output(hello, members)["choices"][0]["finish_reason"].get<std::string>();
    };
    EXPECT_EQ(reason(""), "stop");
    EXPECT_EQ(reason(R"(,"incomplete_details":{"reason":"max_output_tokens"})"), "length");
    EXPECT_EQ(reason(R"(,"incomplete_details":{"reason":"content_filter"})"), "content_filter");
    EXPECT_EQ(reason(R"(,"status":"incomplete","incomplete_details":null)"), "length");
}

TEST(responses_answer, failures_are_the_clients_errors) {
    const auto status = [](const std::string& text) { return answer(text).value("status", 0); };
    const nlohmann::json boom = answer(
        R"({"status":"failed","output":[],"error":{"code":"server_error","message":"boom"}})");
    EXPECT_EQ(boom["status"], 500);
    EXPECT_THAT(boom["error"], testing::HasSubstr("Github_copilotException - boom"));
    EXPECT_EQ(status(R"({"error":{"code":"rate_limit_exceeded","message":"x"}})"), 429);
    EXPECT_EQ(status(R"({"error":{"code":"invalid_prompt","message":"x"}})"), 400);
    EXPECT_EQ(status(R"({"error":{"code":503,"message":"x"}})"), 503);
    EXPECT_EQ(status(R"({"error":"plain"})"), 500);
    EXPECT_EQ(status(R"({"error":{"code":"insufficient_quota","message":"x"}})"), 429);
    EXPECT_EQ(status(R"({"status":"failed","output":[]})"), 500);
    EXPECT_EQ(status(R"({"status":"cancelled","output":[]})"), 500);
    EXPECT_THAT(answer(R"({"error":{"code":"context_length_exceeded","message":"x"}})")["error"],
                testing::HasSubstr("ContextWindowExceededError"));
    for (const std::string text :
         {"", "plain", "[]", "{}", R"({"choices":[]})", "{\"output\":[", "{\"output\":1e999}"})
        EXPECT_EQ(status(text), 500) << text;
}

TEST(responses_answer, counts_out_of_bounds_are_none) {
    const nlohmann::json got =
        with_output(hello, R"(,"usage":{"input_tokens":-5,"output_tokens":1.5,)"
                           R"("total_tokens":99999999999999999999,)"
                           R"("input_tokens_details":null})");
    EXPECT_EQ(got["usage"], nlohmann::json::parse(
                                R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})"));
}

} // namespace responses_answer_test
} // namespace llm_proxy::providers
