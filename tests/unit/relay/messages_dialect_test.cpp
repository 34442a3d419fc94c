// A client of Anthropic's behind a provider of OpenAI's dialect, byte by byte.
#include "llm_proxy/dialects/messages_dialect.hpp"
#include "llm_proxy/relay/event_translator.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::relay {
namespace messages_dialect_test {

constexpr std::string_view stream =
    "data: {\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
    "\"content\":\"\"},\"finish_reason\":null}]}\n\n"
    ": comment\n\n"
    "data: {\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"H\xC3\xA9\\n\"},"
    "\"finish_reason\":null}]}\r\n\r\n"
    "data: {\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
    "\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":"
    "\"tool_calls\"}]}\n\n"
    "data: {\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
    "\"completion_tokens\":2,\"total_tokens\":5}}\n\n"
    "data: [DONE]\n\n";

std::string told(std::string_view first, std::string_view rest) {
    fast_random random(1);
    const auto dialect = dialects::make_messages_dialect({.random = &random, .model = "m"});
    dialect->begin();
    event_translator::options chosen;
    chosen.model_json = "\"group\"";
    chosen.show_usage = true;
    chosen.dialect = dialect.get();
    event_translator translator(chosen);
    std::string out;
    translator.feed(first, out);
    translator.feed(rest, out);
    translator.finish(out);
    EXPECT_TRUE(translator.done() && !translator.failed());
    EXPECT_EQ(translator.usage()->total_tokens, 5);
    return out;
}

TEST(messages_dialect, a_stream_is_the_same_wherever_it_is_cut) {
    const std::string whole = told(stream, {});
    EXPECT_NE(whole.find(R"("model":"group")"), std::string::npos);
    EXPECT_NE(whole.find("\"text\":\"H\xC3\xA9\\n\""), std::string::npos);
    EXPECT_NE(whole.find(R"("usage":{"input_tokens":3,"output_tokens":2})"), std::string::npos);
    EXPECT_TRUE(whole.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
    EXPECT_EQ(whole.find("[DONE]"), std::string::npos);
    for (std::size_t cut = 1; cut < stream.size(); ++cut)
        ASSERT_EQ(told(stream.substr(0, cut), stream.substr(cut)), whole) << cut;
}

TEST(messages_dialect, a_stream_begins_anew_where_a_try_failed) {
    fast_random random(1);
    const auto dialect = dialects::make_messages_dialect({.random = &random});
    const std::string chunk = R"({"choices":[{"index":0,"delta":{"content":"x"}}]})";
    std::string first;
    std::string second;
    dialect->begin();
    ASSERT_TRUE(dialect->chunk(chunk, first));
    dialect->begin();
    ASSERT_TRUE(dialect->chunk(chunk, second));
    EXPECT_EQ(first, second);
    EXPECT_TRUE(first.starts_with("event: message_start\n"));
}

TEST(messages_dialect, requests_and_answers_that_are_none) {
    const auto dialect = dialects::make_messages_dialect({});
    EXPECT_FALSE(dialect->request("{}"));
    EXPECT_FALSE(dialect->request("[]"));
    EXPECT_FALSE(dialect->answer("{"));
    const auto unbounded =
        dialect->request(R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
    ASSERT_FALSE(unbounded);
    EXPECT_EQ(unbounded.error().message, "/messages: Missing required parameter: 'max_tokens'.");
}

} // namespace messages_dialect_test
} // namespace llm_proxy::relay
