#include "llm_proxy/relay/event_translator.hpp"
#include "llm_proxy/relay/response_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm_proxy::relay {
namespace response_event_test {

using testing::HasSubstr;

event_translator::options of_responses() {
    event_translator::options chosen;
    chosen.model_json = R"("client")";
    chosen.ends_with_done = false;
    chosen.responses = true;
    return chosen;
}

const std::string created = "event: response.created\ndata: "
                            "{\"type\":\"response.created\",\"response\":{\"usage\":null}}\n\n";
const std::string completed =
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":"
    "{\"input_tokens\":4,\"output_tokens\":2,\"total_tokens\":6}}}\n\n";

struct seen {
    std::string text;
    bool done = false;
    std::string failure;
    std::int64_t told = 0;
    std::optional<model::usage> usage;
};

/// Feeds a stream in two parts and ends it.
seen relayed(std::string_view stream, std::size_t cut = 0) {
    event_translator translator(of_responses());
    seen out;
    for (const std::string_view part : {stream.substr(0, cut), stream.substr(cut)}) {
        translator.feed(std::string(part), out.text);
    }
    translator.finish(out.text);
    out.done = translator.done();
    out.failure = translator.failed() ? "failed: " + translator.failure_text() : "";
    out.told = translator.told();
    out.usage = translator.usage();
    return out;
}

TEST(response_event, events_pass_wherever_the_stream_is_cut) {
    const std::string stream = ": comment\n\n" + created + completed + "data: [DONE]\n\n";
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        const seen out = relayed(stream, cut);
        EXPECT_EQ(out.text, created + completed + std::string(done_event));
        EXPECT_TRUE(out.done && out.failure.empty());
        EXPECT_EQ(out.told, 2);
        ASSERT_TRUE(out.usage);
        EXPECT_EQ(out.usage->prompt_tokens, 4);
        EXPECT_EQ(out.usage->completion_tokens, 2);
    }
}

TEST(response_event, an_answer_has_content_once_it_says_more_than_that_it_begins) {
    event_translator translator(of_responses());
    std::string out;
    translator.feed(created, out);
    translator.feed("data: {\"type\":\"response.in_progress\"}\n\n", out);
    EXPECT_FALSE(translator.has_content());
    translator.feed("data: {\"type\":\"response.output_item.added\"}\n\n", out);
    EXPECT_TRUE(translator.has_content());
}

TEST(response_event, a_missing_name_is_the_type) {
    EXPECT_EQ(relayed(completed.substr(completed.find("data:"))).text,
              completed + std::string(done_event));
}

TEST(response_event, every_end_ends) {
    for (const char* end : {"completed", "incomplete", "failed", "cancelled"}) {
        EXPECT_TRUE(relayed("data: {\"type\":\"response." + std::string(end) + "\"}\n\n").done);
    }
}

TEST(response_event, a_stream_without_its_end_fails) {
    EXPECT_EQ(relayed(created).failure, "failed: the stream ended before its end");
    EXPECT_EQ(relayed("").failure, "failed: ");
}

TEST(response_event, errors_are_caught_and_not_passed_on) {
    for (const std::string failure : {R"({"type":"error","code":"server_error","message":"broke"})",
                                      R"({"error":{"message":"broke"}})", R"(broke)"}) {
        const seen out = relayed(created + "data: " + failure + "\n\n");
        EXPECT_EQ(out.text, created);
        EXPECT_THAT(out.failure, HasSubstr("broke"));
    }
    EXPECT_THAT(relayed("event: error\ndata: {\"message\":\"broke\"}\n\n").failure,
                HasSubstr("broke"));
}

} // namespace response_event_test
} // namespace llm_proxy::relay
