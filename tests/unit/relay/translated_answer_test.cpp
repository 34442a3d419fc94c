#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/relay/relay.hpp"

#include <gmock/gmock.h>

#include "relay/relay_test_support.hpp"

namespace llm_proxy::relay {
namespace translated_answer_test {

using test::scripted_exchange;
using testing::HasSubstr;

std::string chunk_of(std::string_view content, std::string_view finish) {
    return R"({"model":"up","choices":[{"index":0,"delta":{"content":")" + std::string(content) +
           R"("},"finish_reason":)" + std::string(finish) + "}]}";
}

/// A dialect whose events are bare words; `broken` is its error.
class word_dialect final : public providers::translation {
public:
    explicit word_dialect(providers::stream_framing framing) : framing_(framing) {}

    providers::stream_framing framing() const override { return framing_; }
    result<providers::translated_body> body(const http::response_head&,
                                            std::string_view bytes) override {
        if (bytes == "broken") {
            return error(429, "throttling_error", "slow down");
        }
        providers::translated_body out;
        if (bytes == "sound") {
            out.content_type = "audio/wav";
            out.bytes = "RIFF";
            out.usage = R"({"input_tokens":3,"output_tokens":4,"total_tokens":7})";
        } else {
            out.bytes = R"({"model":"up","choices":[{"index":0,"message":{"content":")" +
                        std::string(bytes) + R"("},"finish_reason":"stop"}]})";
        }
        return out;
    }
    void begin(const http::response_head& head) override {
        begun = head.headers.find("content-type").value_or("");
    }
    result<void> event(std::string_view data, std::vector<std::string>& chunks) override {
        if (data == "broken" || data == "[broken]") {
            return error(429, "throttling_error", "slow down");
        }
        chunks.push_back(chunk_of(data, "null"));
        return {};
    }
    result<void> finish(std::vector<std::string>& chunks) override {
        chunks.push_back(chunk_of("", R"("stop")"));
        chunks.emplace_back(R"({"model":"up","choices":[],"usage":{"total_tokens":3}})");
        return {};
    }

    std::string begun;

private:
    providers::stream_framing framing_;
};

class translated_answer : public test::relaying {
protected:
    relayed relay(scripted_exchange& answer, providers::stream_framing framing) {
        word_dialect dialect(framing);
        relayed out;
        loop.run([&](net::interruptor& stop) -> net::task<> {
            answer_writer writer(client, stop);
            relay_call call{context, answer, writer, stop, &dialect, nullptr, counting};
            out = co_await relay_answer(call);
        });
        begun = dialect.begun;
        return out;
    }
    std::string all() const { return client.all(); }
    std::string begun; // the type of the answer that the dialect saw before the first event
};

constexpr auto events = providers::stream_framing::server_sent_events;
constexpr auto lines = providers::stream_framing::json_lines;

TEST_F(translated_answer, streams_as_chunks_under_the_clients_name) {
    for (const auto framing : {events, lines}) {
        context.stream = true;
        const bool by_line = framing == lines;
        scripted_exchange answer(loop.executor(),
                                 by_line ? "application/x-ndjson" : "text/event-stream");
        answer.then(by_line ? "one\ntw" : "data: one\n\nda").then(by_line ? "o\n" : "ta: two\n\n");
        client.writes.clear();
        const relayed out = relay(answer, framing);
        EXPECT_FALSE(out.failure);
        EXPECT_EQ(begun, by_line ? "application/x-ndjson" : "text/event-stream");
        EXPECT_THAT(all(), HasSubstr(R"(data: {"model":"client/name","choices":[{"index":0,)"
                                     R"("delta":{"content":"one"},"finish_reason":null}]})"));
        EXPECT_THAT(all(), HasSubstr(R"("content":"two")"));
        EXPECT_THAT(all(), HasSubstr(R"("finish_reason":"stop"}]})"));
        EXPECT_THAT(all(), HasSubstr("data: [DONE]\n\n"));
        EXPECT_THAT(all(), testing::Not(HasSubstr("usage")));
        ASSERT_TRUE(context.tokens);
        EXPECT_EQ(context.tokens->total_tokens, 3);
    }
}

TEST_F(translated_answer, an_error_event_first_is_the_answers_status) {
    context.stream = true;
    scripted_exchange answer(loop.executor(), "text/event-stream");
    answer.then("data: broken\n\n");
    const relayed out = relay(answer, events);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 429);
}

TEST_F(translated_answer, an_error_event_later_is_told_inside_the_stream) {
    context.stream = true;
    scripted_exchange answer(loop.executor(), "text/event-stream");
    answer.then("data: one\n\ndata: broken\n\n");
    EXPECT_FALSE(relay(answer, events).failure);
    EXPECT_THAT(all(), HasSubstr(R"("slow down")"));
    EXPECT_THAT(all(), HasSubstr("data: [DONE]\n\n"));
}

TEST_F(translated_answer, is_sent_whole_as_what_it_became) {
    scripted_exchange text(loop.executor(), "application/json");
    text.then("hello");
    EXPECT_FALSE(relay(text, events).failure);
    EXPECT_THAT(received_body(), HasSubstr(R"({"model":"client/name","choices":[{"index":0,)"));
    client.writes.clear();
    scripted_exchange sound(loop.executor(), "application/json");
    sound.then("sound");
    EXPECT_FALSE(relay(sound, events).failure);
    EXPECT_THAT(all(), HasSubstr("content-type: audio/wav\r\n"));
    EXPECT_EQ(received_body(), "RIFF");
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->prompt_tokens, 3);
    EXPECT_EQ(context.tokens->completion_tokens, 4);
    scripted_exchange broken(loop.executor(), "application/json");
    broken.then("broken");
    const relayed out = relay(broken, events);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 429);
}

TEST_F(translated_answer, a_whole_answer_to_a_stream_is_told_as_a_stream) {
    context.stream = true;
    scripted_exchange answer(loop.executor(), "application/json");
    answer.then("hello");
    EXPECT_FALSE(relay(answer, events).failure);
    EXPECT_THAT(all(), HasSubstr(R"("delta":{"content":"hello"})"));
    EXPECT_THAT(all(), HasSubstr("data: [DONE]\n\n"));
}

TEST_F(translated_answer, a_usage_that_is_missing_or_not_whole_becomes_ours) {
    std::string request = R"({"messages":[{"role":"user","content":"hi"}]})";
    counting.request = &request;
    scripted_exchange whole(loop.executor(), "application/json");
    whole.then("hello");
    relay(whole, events);
    EXPECT_THAT(received_body(), HasSubstr(R"("usage":{"completion_tokens":1,"prompt_tokens":8,)"
                                           R"("total_tokens":9}})"));
    ASSERT_TRUE(context.tokens);
    EXPECT_TRUE(context.tokens->counted);

    context.stream = context.show_usage = counting.owed = true;
    context.tokens.reset();
    request = R"({"messages":[{"role":"user","content":"hi"}]})";
    client.writes.clear();
    scripted_exchange streamed(loop.executor(), "text/event-stream");
    streamed.then("data: hello\n\n");
    relay(streamed, events);
    EXPECT_THAT(all(), testing::Not(HasSubstr(R"("total_tokens":3)")));
    EXPECT_THAT(all(), HasSubstr(R"("choices":[],"usage":{"completion_tokens":1,)"
                                 R"("prompt_tokens":8,"total_tokens":9,)"));
}

TEST_F(translated_answer, an_array_to_a_stream_is_its_events) {
    context.stream = true;
    scripted_exchange answer(loop.executor(), "application/json");
    answer.then(" [1,").then("2]");
    EXPECT_FALSE(relay(answer, events).failure);
    EXPECT_EQ(begun, "application/json");
    EXPECT_THAT(all(), HasSubstr(R"("delta":{"content":" [1,2]"})"));
    EXPECT_THAT(all(), HasSubstr(R"("finish_reason":"stop")"));
    EXPECT_THAT(all(), HasSubstr("data: [DONE]\n\n"));
    scripted_exchange broken(loop.executor(), "application/json");
    broken.then("[broken]");
    const relayed out = relay(broken, events);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 429);
}

} // namespace translated_answer_test
} // namespace llm_proxy::relay
