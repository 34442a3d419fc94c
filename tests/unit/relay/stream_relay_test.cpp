#include "llm_proxy/relay/stream_relay.hpp"

#include <gmock/gmock.h>

#include "relay/relay_test_support.hpp"

namespace llm_proxy::relay {
namespace stream_relay_test {

using test::scripted_exchange;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view event_stream = "text/event-stream; charset=utf-8";
constexpr std::string_view first = R"(data: {"model":"up","choices":[{"delta":{"content":"a"}}]})"
                                   "\n\n";
constexpr std::string_view last =
    R"(data: {"model":"up","choices":[{"delta":{},"finish_reason":"stop"}]})"
    "\n\n";
constexpr std::string_view done = "data: [DONE]\n\n";
constexpr std::string_view boom = "data: {\"error\":{\"message\":\"Boom\",\"code\":503}}\n\n";

class stream_relay_test : public test::relaying {
protected:
    stream_relay_test() { context.stream = true; }

    scripted_exchange answer{loop.executor(), event_stream};
};

TEST_F(stream_relay_test, sends_every_event_when_it_comes) {
    answer.then(first).then(last).then(done);
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(out.detail, "");
    ASSERT_THAT(client.writes, SizeIs(4));
    EXPECT_THAT(client.writes[0], StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(client.writes[0],
                HasSubstr("\r\ncontent-type: text/event-stream; charset=utf-8\r\n"));
    EXPECT_THAT(client.writes[0], HasSubstr("\r\ntransfer-encoding: chunked\r\n"));
    EXPECT_THAT(client.writes[0], HasSubstr("\r\nx-litellm-call-id: call-1\r\n"));
    EXPECT_THAT(client.writes[0], HasSubstr(R"({"model":"client/name","choices":)"));
    EXPECT_THAT(client.writes[1], HasSubstr(R"("finish_reason":"stop")"));
    EXPECT_THAT(client.writes[2], HasSubstr(done));
    EXPECT_EQ(client.writes[3], "0\r\n\r\n");
    EXPECT_TRUE(keep_alive);
}

constexpr std::string_view role =
    R"(data: {"model":"up","choices":[{"delta":{"role":"assistant","content":""}}]})"
    "\n\n";

TEST_F(stream_relay_test, nothing_goes_out_before_there_is_content) {
    answer.then(role).then(role).then(first).then(last).then(done);
    EXPECT_FALSE(relay_it(answer).failure);
    ASSERT_THAT(client.writes, SizeIs(4));
    EXPECT_THAT(client.writes[0], HasSubstr(R"("role":"assistant")"));
    EXPECT_THAT(client.writes[0], HasSubstr(R"("content":"a")"));
    EXPECT_NE(context.first_content, net::clock::time_point());
}

TEST_F(stream_relay_test, an_error_before_the_content_is_a_failure_of_its_own) {
    answer.then(role).then(boom);
    const relayed out = relay_it(answer);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 503);
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, what_comes_without_content_is_held_within_bounds) {
    const std::string padded(R"(data: {"choices":[],"padding":")" + std::string(40000, 'x') +
                             "\"}\n\n");
    answer.then(padded).then(padded).then(boom);
    EXPECT_FALSE(relay_it(answer).failure);
    EXPECT_THAT(client.all(), HasSubstr("Boom"));
}

TEST_F(stream_relay_test, the_body_is_let_go_when_the_answer_begins) {
    std::string body = "request";
    spent = &body;
    answer.then(role).then(boom);
    relay_it(answer);
    EXPECT_EQ(body, "request");
    scripted_exchange other{loop.executor(), event_stream};
    other.then(role).then(first).then(last).then(done);
    relay_it(other);
    EXPECT_EQ(body, "");
}

TEST_F(stream_relay_test, keeps_the_usage_for_the_log) {
    answer
        .then(R"(data: {"choices":[],"usage":{"total_tokens":9}})"
              "\n\n")
        .then(last)
        .then(done);
    relay_it(answer);
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->total_tokens, 9);
    EXPECT_THAT(client.all(), Not(HasSubstr("usage")));
}

TEST_F(stream_relay_test, an_error_before_the_first_event_is_a_failure_of_its_own) {
    answer.then(": PROCESSING\n\n").then(boom);
    const relayed out = relay_it(answer);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 503);
    EXPECT_THAT(out.failure->message, HasSubstr("Boom"));
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, a_connection_lost_before_the_first_event_is_a_failure_of_its_own) {
    answer.then_fail(upstream::failure::closed, "closed by the peer");
    const relayed out = relay_it(answer);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 500);
    EXPECT_THAT(out.failure->message, HasSubstr("Connection error."));
    EXPECT_EQ(out.failure->internal, "closed by the peer");
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, an_empty_stream_is_a_failure_of_its_own) {
    const relayed out = relay_it(answer);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 500);
    EXPECT_THAT(out.failure->message, HasSubstr("Empty or invalid response"));
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, an_error_after_the_first_event_is_told_inside_the_stream) {
    answer.then(first).then(boom).then(last);
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_NE(out.detail, "");
    ASSERT_THAT(client.writes, SizeIs(2));
    EXPECT_THAT(client.writes[1], HasSubstr(R"(data: {"error":{"message":)"));
    EXPECT_THAT(client.writes[1], HasSubstr("Boom"));
    EXPECT_THAT(client.writes[1], HasSubstr(R"("code":"503")"));
    EXPECT_THAT(client.writes[1], EndsWith("\n\ndata: [DONE]\n\n\r\n0\r\n\r\n"));
    EXPECT_TRUE(keep_alive);
}

TEST_F(stream_relay_test, a_connection_lost_after_the_first_event_is_told_inside_the_stream) {
    answer.then(first).then_fail(upstream::failure::closed, "closed by the peer");
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(out.detail, "closed by the peer");
    EXPECT_THAT(client.all(), HasSubstr("Connection error."));
    EXPECT_THAT(client.all(), Not(HasSubstr("closed by the peer")));
    EXPECT_THAT(client.all(), EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(stream_relay_test, an_end_without_finish_is_told_inside_the_stream) {
    answer.then(first);
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_THAT(client.all(), HasSubstr(R"(data: {"error":)"));
    EXPECT_THAT(client.all(), EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(stream_relay_test, silence_before_the_first_event_is_a_timeout) {
    context.stream_timeout = 0.01;
    answer.then_silence();
    const relayed out = relay_it(answer);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 408);
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, silence_after_the_first_event_is_told_inside_the_stream) {
    context.stream_timeout = 0.01;
    answer.then(first).then_silence();
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_THAT(client.all(), HasSubstr(R"("code":"408")"));
    EXPECT_THAT(client.all(), EndsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
    EXPECT_EQ(reason, net::interrupt::none);
}

TEST_F(stream_relay_test, a_client_that_left_ends_the_relay) {
    client.broken = true;
    answer.then(first).then(last).then(done);
    const relayed out = relay_it(answer);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(out.detail, "the client is gone");
    EXPECT_FALSE(answer.complete());
}

TEST_F(stream_relay_test, a_client_that_leaves_meanwhile_gets_nothing_more) {
    answer.then(first).then_silence();
    relayed out;
    net::interruptor* current = nullptr;
    loop.run_together({[&](net::interruptor& stop) -> net::task<> {
                          current = &stop;
                          answer_writer writer(client, stop);
                          relay_call call{context, answer, writer, stop};
                          out = co_await relay_answer(call);
                          keep_alive = writer.keep_alive();
                      }},
                      [&] { current->raise(net::interrupt::client_gone); });
    EXPECT_FALSE(out.failure);
    EXPECT_THAT(client.writes, SizeIs(1));
    EXPECT_FALSE(keep_alive);
}

TEST_F(stream_relay_test, json_in_place_of_a_stream_is_no_answer) {
    scripted_exchange json(loop.executor(), "application/json");
    json.then(R"({"choices":[]})");
    const relayed out = relay_it(json);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 500);
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(stream_relay_test, an_error_as_json_in_place_of_a_stream_is_that_error) {
    scripted_exchange json(loop.executor(), "application/json");
    json.then(R"({"error":{"message":"Boom","code":429}})");
    const relayed out = relay_it(json);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 429);
    EXPECT_THAT(out.failure->message, HasSubstr("Boom"));
}

} // namespace stream_relay_test
} // namespace llm_proxy::relay
