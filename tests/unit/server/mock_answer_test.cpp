#include "llm_proxy/http/sse.hpp"
#include "llm_proxy/server/mock_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace llm_proxy::server {
namespace mock_answer_test {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t created = 1'700'000'000;

model::request_context context_of(model::call_type type, bool show_usage = false) {
    model::request_context context;
    context.type = type;
    context.call_id = "call-1";
    context.requested_model = "client/\"name\"";
    context.show_usage = show_usage;
    return context;
}

json answer_of(model::call_type type, std::string_view text) {
    return json::parse(mock_answer(context_of(type), text, created).value());
}

/// The data of all events.
std::vector<std::string> events_of(const std::string& stream) {
    http::sse_parser parser;
    parser.feed(stream);
    std::vector<std::string> out;
    http::sse_event event;
    while (parser.next(event)) {
        out.emplace_back(event.data);
    }
    EXPECT_FALSE(parser.pending());
    return out;
}

std::vector<std::string> contents_of(std::string_view text) {
    std::vector<std::string> out;
    for (const std::string& event :
         events_of(mock_stream(context_of(model::call_type::chat_completion), text, created, ""))) {
        if (event != "[DONE]") {
            const json delta = json::parse(event)["choices"][0]["delta"];
            if (delta.contains("content")) {
                out.push_back(delta["content"]);
            }
        }
    }
    return out;
}

TEST(mock_answer_test, composes_a_chat_completion) {
    EXPECT_EQ(answer_of(model::call_type::chat_completion, "Hé \"you\""), json::parse(R"({
        "id": "chatcmpl-call-1", "object": "chat.completion", "created": 1700000000,
        "model": "client/\"name\"",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": "Hé \"you\""}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}})"));
}

TEST(mock_answer_test, composes_a_text_completion) {
    EXPECT_EQ(answer_of(model::call_type::completion, "text"), json::parse(R"({
        "id": "cmpl-call-1", "object": "text_completion", "created": 1700000000,
        "model": "client/\"name\"", "choices": [{"index": 0, "finish_reason": "stop", "text": "text"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}})"));
}

TEST(mock_answer_test, composes_embeddings_of_a_list) {
    EXPECT_EQ(answer_of(model::call_type::embedding, "[0.5, -1]"), json::parse(R"({
        "object": "list", "model": "client/\"name\"",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -1]}],
        "usage": {"prompt_tokens": 10, "total_tokens": 10}})"));
    for (const std::string_view text : {"text", "{}", "[1", ""}) {
        const auto answer = mock_answer(context_of(model::call_type::embedding), text, created);
        ASSERT_FALSE(answer) << text;
        EXPECT_EQ(answer.error().status, 400);
        EXPECT_THAT(answer.error().message, HasSubstr("list of numbers"));
    }
}

TEST(mock_answer_test, other_calls_have_none) {
    const auto answer = mock_answer(context_of(model::call_type::rerank), "x", created);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().status, 400);
    EXPECT_THAT(answer.error().message, HasSubstr("/rerank"));
}

TEST(mock_answer_test, bytes_that_are_no_text_do_no_harm) {
    const json answer = answer_of(model::call_type::chat_completion, "a\xff");
    EXPECT_EQ(answer["choices"][0]["message"]["content"], "a\xef\xbf\xbd");
}

TEST(mock_answer_test, streams_pieces_of_three_characters_whatever_their_bytes) {
    EXPECT_THAT(contents_of("abcdefgh"), ElementsAre("abc", "def", "gh"));
    EXPECT_THAT(contents_of("äöü€𝄞aé"), ElementsAre("äöü", "€𝄞a", "é"));
    EXPECT_THAT(contents_of("abc"), ElementsAre("abc"));
    EXPECT_THAT(contents_of(""), ElementsAre(""));
}

TEST(mock_answer_test, a_chat_stream_begins_with_the_role_and_ends_with_stop_and_done) {
    const auto events = events_of(
        mock_stream(context_of(model::call_type::chat_completion), "abcd", created, "{}"));
    ASSERT_EQ(events.size(), 4U);
    EXPECT_EQ(json::parse(events[0]), json::parse(R"({
        "id": "chatcmpl-call-1", "object": "chat.completion.chunk", "created": 1700000000,
        "model": "client/\"name\"",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "abc"},
                     "finish_reason": null}]})"));
    EXPECT_EQ(json::parse(events[1])["choices"][0]["delta"], json::parse(R"({"content": "d"})"));
    EXPECT_EQ(json::parse(events[2])["choices"],
              json::parse(R"([{"index": 0, "delta": {}, "finish_reason": "stop"}])"));
    EXPECT_EQ(events[3], "[DONE]");
}

TEST(mock_answer_test, a_text_stream_has_texts) {
    const auto events =
        events_of(mock_stream(context_of(model::call_type::completion), "abcd", created, "{}"));
    ASSERT_EQ(events.size(), 4U);
    EXPECT_EQ(json::parse(events[0])["object"], "text_completion");
    EXPECT_EQ(json::parse(events[0])["choices"],
              json::parse(R"([{"index": 0, "text": "abc", "finish_reason": null}])"));
    EXPECT_EQ(json::parse(events[2])["choices"],
              json::parse(R"([{"index": 0, "text": "", "finish_reason": "stop"}])"));
}

TEST(mock_answer_test, the_usage_comes_last_to_who_asked) {
    const auto events = events_of(mock_stream(context_of(model::call_type::chat_completion, true),
                                              "abc", created, R"({"prompt_tokens":9,"cost":0.5})"));
    ASSERT_EQ(events.size(), 4U);
    const json counted = json::parse(events[2]);
    EXPECT_EQ(counted["choices"], json::array());
    EXPECT_EQ(counted["usage"], json::parse(R"({"prompt_tokens": 9, "cost": 0.5})"));
}

} // namespace mock_answer_test
} // namespace llm_proxy::server
