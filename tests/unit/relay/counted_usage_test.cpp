#include "llm_proxy/relay/counted_usage.hpp"

#include <gmock/gmock.h>

#include "relay/relay_test_support.hpp"

namespace llm_proxy::relay {
namespace counted_usage_test {

using model::call_type;
using test::scripted_exchange;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view hi = R"({"messages":[{"role":"user","content":"hi"}]})";

usage_order order_of(call_type type, std::string_view request, std::string_view choices = "[]") {
    usage_order out;
    out.type = type;
    out.model = "some-model";
    out.request = request;
    out.answer.add(choices);
    return out;
}

TEST(count_usage, counts_a_chat_as_litellm_does) {
    const auto counted = count_usage(
        order_of(call_type::chat_completion, hi, R"([{"message":{"content":"Hi there"}}])"));
    EXPECT_TRUE(counted.tokens.counted);
    EXPECT_EQ(counted.tokens.prompt_tokens, 8);
    EXPECT_EQ(counted.tokens.completion_tokens, 2);
    EXPECT_EQ(usage_json(counted, call_type::chat_completion),
              R"({"completion_tokens":2,"prompt_tokens":8,"total_tokens":10,)"
              R"("completion_tokens_details":{"reasoning_tokens":0,"text_tokens":2}})");
}

TEST(count_usage, counts_thoughts_and_calls) {
    const auto thought = count_usage(order_of(
        call_type::chat_completion, hi,
        R"([{"delta":{"reasoning_content":"let me think about it","content":"Hello there"}}])"));
    EXPECT_EQ(thought.tokens.completion_tokens, 7);
    EXPECT_EQ(thought.reasoning_tokens, 5);
    const auto called = count_usage(order_of(
        call_type::chat_completion, hi,
        R"([{"message":{"tool_calls":[{"id":"call_0","function":{"name":"get_weather","arguments":)"
        R"("{\"city\":\"Taipei\"}"}},{"id":"call_1","function":{"name":"get_time","arguments":)"
        R"("{\"tz\":\"UTC\"}"}}]}}])"));
    EXPECT_EQ(called.tokens.completion_tokens, 55); // as LiteLLM says
    EXPECT_FALSE(called.with_details);
}

TEST(count_usage, counts_texts_and_embeddings) {
    const auto text = count_usage(order_of(call_type::completion, R"({"prompt":"tell me more"})",
                                           R"([{"text":"Once upon"}])"));
    EXPECT_EQ(text.tokens.prompt_tokens, 10);
    EXPECT_EQ(text.tokens.completion_tokens, 2);
    const auto embedded =
        count_usage(order_of(call_type::embedding, R"({"input":["hello","world",[1,2]]})"));
    EXPECT_EQ(usage_json(embedded, call_type::embedding),
              R"({"completion_tokens":0,"prompt_tokens":2,"total_tokens":2,)"
              R"("completion_tokens_details":null,"prompt_tokens_details":null})");
}

TEST(count_usage, what_is_known_is_not_counted) {
    auto order = order_of(call_type::chat_completion, hi, R"([{"message":{"content":"x y z"}}])");
    order.known.completion_tokens = 40;
    EXPECT_EQ(count_usage(order).tokens.total_tokens, 48);
    order.known.prompt_tokens = 5;
    EXPECT_EQ(count_usage(order).tokens.total_tokens, 45);
}

TEST(count_usage, a_prompt_that_cannot_be_counted_is_none) {
    for (const char* request : {"", "5", "{", "{}", R"({"messages":5})",
                                R"({"messages":[{"content":[{"type":"odd"}]}]})"}) {
        EXPECT_LE(count_usage(order_of(call_type::chat_completion, request)).tokens.prompt_tokens,
                  3)
            << request;
    }
}

class counting_relay : public test::relaying {
protected:
    counting_relay() {
        counting.request = &request;
        counting.model = "some-model";
        counting.thread = &thread;
    }

    std::string request{hi};
    net::background thread;
};

constexpr std::string_view event_stream = "text/event-stream";
constexpr std::string_view said =
    R"(data: {"id":"gen-1","object":"chat.completion.chunk","created":17,"model":"up","choices":[)"
    R"({"index":0,"delta":{"content":"Hi there"},"finish_reason":null}]})"
    "\n\n";
constexpr std::string_view ended =
    R"(data: {"id":"gen-1","model":"up","choices":[{"delta":{},"finish_reason":"stop"}]})"
    "\n\n";
constexpr std::string_view done = "data: [DONE]\n\n";
constexpr std::string_view our_usage =
    R"(data: {"id":"gen-1","object":"chat.completion.chunk","created":17,"model":"client/name",)"
    R"("choices":[],"usage":{"completion_tokens":2,"prompt_tokens":8,"total_tokens":10,)"
    R"("completion_tokens_details":{"reasoning_tokens":0,"text_tokens":2}}})"
    "\n\ndata: [DONE]\n\n";

TEST_F(counting_relay, a_stream_without_usage_gets_ours_before_its_end) {
    context.stream = context.show_usage = counting.owed = true;
    for (const bool has_mark : {true, false}) {
        client.writes.clear();
        context.tokens.reset();
        request = hi;
        scripted_exchange answer(loop.executor(), event_stream);
        answer.then(said).then(ended);
        if (has_mark) {
            answer.then(done);
        }
        EXPECT_FALSE(relay_it(answer).failure);
        EXPECT_THAT(client.all(), HasSubstr(our_usage));
        EXPECT_THAT(client.all(), EndsWith("0\r\n\r\n"));
        ASSERT_TRUE(context.tokens);
        EXPECT_EQ(context.tokens->total_tokens, 10);
        EXPECT_TRUE(context.tokens->counted);
        EXPECT_EQ(request, "");
    }
}

TEST_F(counting_relay, a_client_that_did_not_ask_gets_none_but_the_record_does) {
    context.stream = true;
    scripted_exchange answer(loop.executor(), event_stream);
    answer.then(said).then(ended).then(done);
    relay_it(answer);
    EXPECT_THAT(client.all(), Not(HasSubstr("usage")));
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->total_tokens, 10);
}

TEST_F(counting_relay, an_upstream_that_counts_is_believed) {
    context.stream = context.show_usage = counting.owed = true;
    scripted_exchange answer(loop.executor(), event_stream);
    answer.then(said)
        .then(ended)
        .then(R"(data: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":5,)"
              R"("total_tokens":9}})"
              "\n\n")
        .then(done);
    relay_it(answer);
    EXPECT_THAT(client.all(), Not(HasSubstr("\"total_tokens\":10")));
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->total_tokens, 9);
    EXPECT_FALSE(context.tokens->counted);
    EXPECT_EQ(request, hi);
}

TEST_F(counting_relay, a_stream_that_breaks_off_gets_no_usage) {
    context.stream = context.show_usage = counting.owed = true;
    scripted_exchange answer(loop.executor(), event_stream);
    answer.then(said);
    relay_it(answer);
    EXPECT_THAT(client.all(), Not(HasSubstr("usage")));
    EXPECT_THAT(client.all(), HasSubstr(done));
}

TEST_F(counting_relay, a_whole_answer_stays_as_it_came) {
    constexpr std::string_view body =
        R"({"model":"client/name","choices":[{"message":{"content":"Hi there"}}]})";
    scripted_exchange answer(loop.executor(), "application/json");
    answer.then(body);
    relay_it(answer);
    EXPECT_EQ(received_body(), body);
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->total_tokens, 10);
    EXPECT_TRUE(context.tokens->counted);
}

TEST_F(counting_relay, nothing_is_counted_unless_it_may) {
    counting.request = nullptr;
    scripted_exchange answer(loop.executor(), "application/json");
    answer.then(R"({"choices":[{"message":{"content":"Hi there"}}]})");
    relay_it(answer);
    EXPECT_FALSE(context.tokens);
}

} // namespace counted_usage_test
} // namespace llm_proxy::relay
