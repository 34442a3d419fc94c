#include "llm_proxy/relay/event_translator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/config_test_support.hpp"
#include "relay/priced_context.hpp"
#include <filesystem>
#include <map>

namespace llm_proxy::relay {
namespace event_translator_test {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view done = "data: [DONE]\n\n";
constexpr std::string_view finish_chunk =
    R"(data: {"model":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
    "\n\n";

std::string chunk(std::string_view content, std::string_view more = "") {
    return R"(data: {"model":"up","choices":[{"index":0,"delta":{"content":")" +
           std::string(content) + R"("},"finish_reason":null}])" + std::string(more) + "}\n\n";
}

event_translator::options as_client(bool show_usage = false, bool ends_with_done = true) {
    event_translator::options chosen;
    chosen.model_json = R"("client/name")";
    chosen.show_usage = show_usage;
    chosen.ends_with_done = ends_with_done;
    return chosen;
}

/// All that is known after a stream.
struct translated {
    std::string text;
    bool done = false;
    bool failed = false;
    bool any = false;
    std::string failure_text;
    std::optional<model::usage> usage;
};

/// Feeds a stream in two parts and ends it.
translated translate(std::string_view stream, event_translator::options chosen = as_client(),
                     std::size_t cut = 0) {
    event_translator translator(std::move(chosen));
    translated out;
    for (const std::string_view part : {stream.substr(0, cut), stream.substr(cut)}) {
        const std::string bytes(part); // a buffer of its own, gone after the call
        translator.feed(bytes, out.text);
    }
    translator.finish(out.text);
    out.done = translator.done();
    out.failed = translator.failed();
    out.any = translator.any();
    out.failure_text = translator.failure_text();
    out.usage = translator.usage();
    return out;
}

TEST(event_translator_test, tells_content_from_an_opening) {
    const auto has_content = [](const std::string& choices, bool ends_with_done = true) {
        event_translator translator(as_client(false, ends_with_done));
        std::string out;
        translator.feed(R"(data: {"choices":)" + choices + "}\n\n", out);
        return translator.has_content();
    };
    for (const char* opening :
         {"[]", R"([{"delta":{}}])", R"([{"delta":{"role":"assistant","content":""}}])",
          R"([{"delta":{"content":null},"finish_reason":null}])", R"([{"text":""}])"})
        EXPECT_FALSE(has_content(opening)) << opening;
    for (const char* content :
         {R"([{"delta":{"content":"a"}}])", R"([{"delta":{"tool_calls":[{"index":0}]}}])",
          R"([{"delta":{},"finish_reason":"stop"}])", R"([{"delta":{"reasoning":"h"}}])",
          R"([{"text":"a"}])", R"([{"delta":{}},{"delta":{"content":"b"}}])", R"([{"other":1}])"})
        EXPECT_TRUE(has_content(content)) << content;
    EXPECT_TRUE(has_content("[]", false));
}

TEST(event_translator_test, replaces_the_model_and_nothing_else) {
    const auto out =
        translate(": comment\n\nid: 1\n" + chunk("a \\\"model\\\": é", R"(, "x": 1.0)") +
                  std::string(finish_chunk) + std::string(done));
    EXPECT_EQ(out.text,
              "data: {\"model\":\"client/name\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
              "\"a \\\"model\\\": é\"},\"finish_reason\":null}], \"x\": 1.0}\n\n"
              "data: {\"model\":\"client/name\",\"choices\":[{\"index\":0,\"delta\":{},"
              "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    EXPECT_TRUE(out.done);
    EXPECT_TRUE(out.any);
    EXPECT_FALSE(out.failed);
    EXPECT_FALSE(out.usage);
}

TEST(event_translator_test, lets_the_provider_edit_its_chunks) {
    const auto edit = providers::make_reasoning_edit(providers::reasoning_form::tagged);
    auto chosen = as_client();
    chosen.edits = edit.get();
    const auto out = translate(chunk("<think>why") + chunk("</think>because") +
                                   std::string(finish_chunk) + std::string(done),
                               chosen);
    EXPECT_THAT(out.text, HasSubstr(R"("delta":{"content":"","reasoning_content":"why"})"));
    EXPECT_THAT(out.text, HasSubstr(R"("delta":{"content":"because"})"));
    EXPECT_TRUE(out.done);
}

TEST(event_translator_test, passes_what_came_at_once) {
    event_translator translator(as_client());
    std::string text;
    const std::string first = chunk("a");
    translator.feed(first, text);
    EXPECT_THAT(text, HasSubstr(R"("content":"a")"));
    EXPECT_TRUE(translator.any());
    EXPECT_FALSE(translator.done());
    text.clear();
    const std::string half = chunk("b").substr(0, 20);
    translator.feed(half, text);
    EXPECT_EQ(text, "");
}

constexpr std::string_view usage =
    R"(,"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"cost":0.1})";

TEST(event_translator_test, reads_the_usage_and_hides_it_from_who_did_not_ask) {
    const auto out = translate(chunk("a", usage) + std::string(finish_chunk) + std::string(done));
    EXPECT_THAT(out.text, HasSubstr(R"("content":"a")"));
    EXPECT_THAT(out.text, Not(HasSubstr("usage")));
    ASSERT_TRUE(out.usage);
    EXPECT_EQ(out.usage->prompt_tokens, 3);
    EXPECT_EQ(out.usage->completion_tokens, 4);
    EXPECT_EQ(out.usage->total_tokens, 7);
}

TEST(event_translator_test, shows_the_usage_to_who_asked) {
    const std::string only = R"(data: {"model":"up","choices":[])" + std::string(usage) + "}\n\n";
    const auto out =
        translate(std::string(finish_chunk) + only + std::string(done), as_client(true));
    EXPECT_THAT(out.text, HasSubstr(R"("choices":[],"usage":{"prompt_tokens":3,)"));
    EXPECT_THAT(out.text, HasSubstr(R"("cost":0.1}})"));
    EXPECT_EQ(out.usage->total_tokens, 7);
}

TEST(event_translator_test, prices_the_usage_and_shows_the_cost_with_it) {
    model::request_context context;
    test::set_prices(context, R"({"up": {"litellm_provider": "openai", "input_cost_per_token": 2,
        "search_context_cost_per_query": {"search_context_size_medium": 4}}})");
    for (const bool show : {true, false}) {
        auto chosen = as_client(show);
        chosen.priced = &context;
        event_translator translator(chosen);
        std::string text;
        translator.feed(chunk("hi", R"(,"x":"url_citation")"), text);
        translator.feed(
            "data: {\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":3}}\n\n", text);
        ASSERT_TRUE(translator.cost());
        EXPECT_EQ(translator.cost()->total(), 10);
        EXPECT_EQ(text.find(R"("usage":{"prompt_tokens":3,"cost":10.0}})") != text.npos, show);
    }
}

TEST(event_translator_test, shows_no_cost_where_there_is_none_or_the_provider_says_it) {
    model::request_context context;
    auto chosen = as_client(true);
    chosen.priced = &context;
    const auto shown = [&](std::string_view provider, std::string_view usage) {
        test::set_prices(context, "{}", provider);
        event_translator translator(chosen);
        std::string text;
        translator.feed(chunk("hi", R"(,"usage":)" + std::string(usage)), text);
        return text;
    };
    EXPECT_THAT(shown("openai", R"({"prompt_tokens":3})"), Not(HasSubstr("cost")));
    EXPECT_THAT(shown("ollama", R"({"prompt_tokens":3})"), Not(HasSubstr("cost")));
    EXPECT_THAT(shown("openrouter", R"({"cost":0.25})"), HasSubstr(R"("usage":{"cost":0.25}})"));
}

TEST(event_translator_test, drops_a_chunk_that_says_nothing_but_the_usage) {
    for (const std::string_view choices :
         {R"(,"choices":[])", "", R"(,"choices":null)", R"(,"choices":[{"index":0,"delta":{}}])",
          R"(,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}])",
          R"(,"choices":[{"index":0,"delta":{"content":null},"finish_reason":null}])"}) {
        const std::string only =
            R"(data: {"model":"up")" + std::string(choices) + std::string(usage) + "}\n\n";
        const auto out = translate(std::string(finish_chunk) + only + std::string(done));
        EXPECT_EQ(out.text, translate(std::string(finish_chunk) + std::string(done)).text)
            << choices;
        ASSERT_TRUE(out.usage) << choices;
        EXPECT_EQ(out.usage->total_tokens, 7);
    }
}

TEST(event_translator_test, keeps_a_chunk_that_says_more_than_the_usage) {
    for (const std::string_view choice :
         {R"({"index":0,"delta":{"content":"x"}})", R"({"index":0,"delta":{"tool_calls":[]}})",
          R"({"index":0,"delta":{},"finish_reason":"stop"})", R"({"index":0,"delta":null})"}) {
        const std::string both = R"(data: {"model":"up","choices":[)" + std::string(choice) + "]" +
                                 std::string(usage) + "}\n\n";
        const auto out = translate(both + std::string(finish_chunk) + std::string(done));
        EXPECT_THAT(out.text, HasSubstr(choice));
        EXPECT_THAT(out.text, Not(HasSubstr("usage")));
    }
}

TEST(event_translator_test, a_null_usage_is_no_usage) {
    const std::string stream =
        chunk("a", R"(,"usage":null)") + std::string(finish_chunk) + std::string(done);
    const auto hidden = translate(stream);
    EXPECT_FALSE(hidden.usage);
    EXPECT_THAT(hidden.text, Not(HasSubstr("usage")));
    const auto shown = translate(stream, as_client(true));
    EXPECT_FALSE(shown.usage);
    EXPECT_THAT(shown.text, HasSubstr(R"("usage":null)"));
}

TEST(event_translator_test, adds_a_done_that_the_upstream_forgot) {
    const auto out = translate(chunk("a") + std::string(finish_chunk));
    EXPECT_TRUE(out.done);
    EXPECT_TRUE(out.text.ends_with(done));
    EXPECT_EQ(out.text, translate(chunk("a") + std::string(finish_chunk) + std::string(done)).text);
}

TEST(event_translator_test, an_event_cut_by_the_end_still_counts) {
    std::string stream = chunk("a") + std::string(finish_chunk);
    stream.resize(stream.size() - 2);
    EXPECT_TRUE(translate(stream).done);
    stream = chunk("a") + std::string(finish_chunk) + "data: [DONE]";
    EXPECT_TRUE(translate(stream).text.ends_with(done));
}

TEST(event_translator_test, nothing_follows_done) {
    const std::string stream = std::string(finish_chunk) + std::string(done) + chunk("late");
    const auto out = translate(stream);
    EXPECT_TRUE(out.text.ends_with(done));
    EXPECT_THAT(out.text, Not(HasSubstr("late")));
    EXPECT_FALSE(out.failed);
}

TEST(event_translator_test, an_end_without_a_finish_is_a_failure) {
    const auto out = translate(chunk("a") + chunk("b"));
    EXPECT_TRUE(out.failed);
    EXPECT_FALSE(out.done);
    EXPECT_TRUE(out.any);
    EXPECT_THAT(out.text, HasSubstr(R"("content":"b")"));
    EXPECT_THAT(out.text, Not(HasSubstr("DONE")));

    const auto empty = translate("");
    EXPECT_TRUE(empty.failed);
    EXPECT_FALSE(empty.any);
    EXPECT_EQ(empty.text, "");
    EXPECT_EQ(empty.failure_text, "");
}

TEST(event_translator_test, content_cannot_pass_for_a_finish) {
    const auto out = translate(chunk(R"(\"finish_reason\": \"stop\")"));
    EXPECT_TRUE(out.failed);
}

TEST(event_translator_test, catches_every_form_of_error) {
    const std::string before = chunk("a");
    const std::map<std::string, std::string> failures{
        {R"(data: {"error":{"message":"Boom","code":500}})"
         "\n\n",
         R"({"error":{"message":"Boom","code":500}})"},
        {R"(data: {"error":"Boom"})"
         "\n\n",
         R"({"error":"Boom"})"},
        {"event: error\ndata: {\"message\":\"Boom\"}\n\n", R"({"message":"Boom"})"},
        {"event: error\ndata: Boom\n\n", "Boom"},
        {R"(data: {"choices":[],"error":{"message":"Boom"},"model":"m"})"
         "\n\n",
         R"({"choices":[],"error":{"message":"Boom"},"model":"m"})"},
        {"data: Boom\n\n", "Boom"},
        {"data: [1]\n\n", "[1]"},
        {"data: {\"choices\":[\n\n", "{\"choices\":["},
    };
    for (const auto& [event, text] : failures) {
        const auto out = translate(before + event + chunk("late") + std::string(done));
        EXPECT_TRUE(out.failed) << event;
        EXPECT_FALSE(out.done) << event;
        EXPECT_EQ(out.failure_text, text);
        EXPECT_EQ(out.text, translate(before).text) << event;
        EXPECT_TRUE(out.any) << event;
        EXPECT_FALSE(translate(event).any) << event;
    }
}

TEST(event_translator_test, an_error_member_that_is_none_passes) {
    for (const std::string_view none : {"null", "false", "0"}) {
        const std::string more = R"(,"error":)" + std::string(none);
        const auto out =
            translate(chunk("a", more) + std::string(finish_chunk) + std::string(done));
        EXPECT_FALSE(out.failed) << none;
        EXPECT_THAT(out.text, HasSubstr(more));
    }
}

TEST(event_translator_test, a_dialect_of_named_events_keeps_them_and_ends_with_the_body) {
    const auto out =
        translate("event: speech.audio.delta\ndata: {\"audio\":\"x\"}\n\n"
                  "event: speech.audio.done\ndata: {\"usage\":{\"total_tokens\":2}}\n\n",
                  as_client(false, false));
    EXPECT_EQ(out.text, "event: speech.audio.delta\ndata: {\"audio\":\"x\"}\n\n"
                        "event: speech.audio.done\ndata: {\"usage\":{\"total_tokens\":2}}\n\n");
    EXPECT_FALSE(out.done);
    EXPECT_FALSE(out.failed);
    EXPECT_EQ(out.usage->total_tokens, 2);
}

TEST(event_translator_test, a_stream_without_any_event_of_such_a_dialect_is_whole) {
    const auto out = translate("", as_client(false, false));
    EXPECT_FALSE(out.failed);
    EXPECT_EQ(out.text, "");
}

TEST(event_translator_test, an_event_without_end_is_given_up) {
    event_translator translator(as_client());
    std::string text;
    const std::string part = "data: " + std::string(1024UL * 1024, 'x');
    for (int i = 0; i < 20 && !translator.failed(); ++i) {
        translator.feed(i == 0 ? part : part.substr(6), text);
    }
    EXPECT_TRUE(translator.failed());
    EXPECT_EQ(text, "");
}

TEST(read_usage_test, counts_what_is_a_number) {
    const auto read = read_usage(R"({"total_tokens": 3, "prompt_tokens": "1", "x": {}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->total_tokens, 3);
    EXPECT_EQ(read->prompt_tokens, 0);
    EXPECT_EQ(read->completion_tokens, 0);
    EXPECT_FALSE(read_usage("null"));
    EXPECT_FALSE(read_usage("[1]"));
}

/// The recorded streams by the name of their case.
std::map<std::string, std::string> golden_streams() {
    const auto folder = std::filesystem::path(__FILE__).parent_path() / "../../fixtures/providers";
    std::map<std::string, std::string> streams;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        if (item.path().filename() != "upstream-response.json") {
            continue;
        }
        const auto name = std::filesystem::relative(item.path(), folder).string();
        if (name.starts_with("gemini/")) {
            continue; // a dialect of its own
        }
        const auto answers = nlohmann::json::parse(config::fixture("providers/" + name));
        for (const auto& answer : answers) {
            const bool lines =
                answer["headers"].value("content-type", "") == "application/x-ndjson";
            if (answer.contains("stream") && !lines) {
                for (const auto& part : answer["stream"]) {
                    streams[name] += part.get<std::string>();
                }
            }
        }
    }
    return streams;
}

TEST(golden_streams_test, every_cut_gives_the_same) {
    const auto streams = golden_streams();
    ASSERT_THAT(streams, SizeIs(testing::Ge(10U)));
    for (const auto& [name, stream] : streams) {
        const auto whole = translate(stream, as_client(), stream.size());
        for (std::size_t cut = 0; cut < stream.size(); ++cut) {
            const auto parts = translate(stream, as_client(), cut);
            ASSERT_EQ(parts.text, whole.text) << name << " cut at " << cut;
            ASSERT_EQ(parts.failed, whole.failed) << name << " cut at " << cut;
            ASSERT_EQ(parts.failure_text, whole.failure_text) << name << " cut at " << cut;
            ASSERT_EQ(parts.usage.has_value(), whole.usage.has_value()) << name;
        }
    }
}

TEST(golden_streams_test, byte_by_byte_gives_the_same) {
    for (const auto& [name, stream] : golden_streams()) {
        const auto whole = translate(stream);
        event_translator translator(as_client());
        std::string text;
        for (const char c : stream) {
            const std::string one(1, c);
            translator.feed(one, text);
        }
        translator.finish(text);
        EXPECT_EQ(text, whole.text) << name;
        EXPECT_EQ(translator.failed(), whole.failed) << name;
    }
}

TEST(golden_streams_test, end_as_they_should) {
    const std::map<std::string, bool> failing{
        {"lm_studio/03f-stream-no-finish/upstream-response.json", true},
        {"openrouter/05b-error-first-chunk/upstream-response.json", true},
        {"openrouter/05d-stream-finish-error/upstream-response.json", true}};
    for (const auto& [name, stream] : golden_streams()) {
        const auto out = translate(stream);
        EXPECT_EQ(out.failed, failing.contains(name)) << name;
        EXPECT_EQ(out.text.ends_with(done), !out.failed) << name;
        EXPECT_THAT(out.text, Not(HasSubstr(R"("model": "m")"))) << name;
        EXPECT_THAT(out.text, Not(HasSubstr(R"("usage")"))) << name;
        EXPECT_THAT(out.text, Not(HasSubstr("PROCESSING"))) << name;
    }
    const auto counted =
        translate(golden_streams().at("openrouter/03-stream/upstream-response.json"));
    ASSERT_TRUE(counted.usage);
    EXPECT_EQ(counted.usage->prompt_tokens, 10);
    EXPECT_EQ(counted.usage->completion_tokens, 5);
    EXPECT_EQ(counted.usage->total_tokens, 15);
}

} // namespace event_translator_test
} // namespace llm_proxy::relay
