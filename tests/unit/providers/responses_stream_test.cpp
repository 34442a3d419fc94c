#include "llm_proxy/providers/responses_stream.hpp"
#include "llm_proxy/relay/event_translator.hpp"

#include <gmock/gmock.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace responses_stream_test {

using strings = std::vector<std::string>;

std::unique_ptr<translation> responses() {
    static const copilot_call call(R"({"messages":[]})", "gpt-5.3-codex");
    return make_responses_translation({.requested_model = "group",
                                       .created = 1000,
                                       .random = nullptr,
                                       .target = call.target.get()});
}

copilot_chunks stream(const strings& events) {
    return copilot_stream(*responses(), events);
}

std::string event(const std::string& type, const std::string& members) {
    return R"({"type":"response.)" + type + "\"," + members + "}";
}

std::string delta(const std::string& type, int output, const std::string& text) {
    return event(type + ".delta", R"("output_index":)" + std::to_string(output) +
                                      R"(,"item_id":"new each time","delta":)" +
                                      nlohmann::json(text).dump());
}

std::string call_added(int output, const std::string& id, const std::string& name) {
    return event("output_item.added",
                 R"("output_index":)" + std::to_string(output) +
                     R"(,"item":{"type":"function_call","id":"x","call_id":")" + id +
                     R"(","name":")" + name + R"(","arguments":""})");
}

/// The item as it stands in the whole answer.
std::string call_item(const std::string& id, const std::string& name, const std::string& input) {
    return R"({"type":"function_call","id":"y","call_id":")" + id + R"(","name":")" + name +
           R"(","arguments":)" + nlohmann::json(input).dump() + "}";
}

std::string call_done(int output, const std::string& item) {
    return event("output_item.done",
                 R"("output_index":)" + std::to_string(output) + R"(,"item":)" + item);
}

const std::string created =
    event("created", R"("response":{"id":"resp_1","created_at":7,"output":[]})");

std::string completed(const std::string& output = "", const std::string& members = "") {
    return event("completed", R"("response":{"id":"another","status":"completed","output":[)" +
                                  output + "]" + members + "}");
}

TEST(responses_stream, text_comes_as_it_is_written) {
    const auto got =
        stream({created, event("in_progress", R"("response":{})"), delta("output_text", 0, "Hel"),
                delta("output_text", 0, ""), delta("output_text", 0, "lo"),
                event("output_text.done", R"("text":"Hello")"),
                completed(R"({"type":"message","content":[{"type":"output_text",)"
                          R"("text":"Hello"}]})",
                          R"(,"usage":{"input_tokens":3,"output_tokens":2,)"
                          R"("total_tokens":5})"),
                "[DONE]"});
    ASSERT_FALSE(got.failure);
    const strings expected{
        R"({"id":"resp_1","object":"chat.completion.chunk","created":7,"model":"group","choices":)"
        R"([{"index":0,"delta":{"content":"Hel","role":"assistant"},"finish_reason":null}]})",
        R"({"id":"resp_1","object":"chat.completion.chunk","created":7,"model":"group","choices":)"
        R"([{"index":0,"delta":{"content":"lo"},"finish_reason":null}]})",
        R"({"id":"resp_1","object":"chat.completion.chunk","created":7,"model":"group","choices":)"
        R"([{"index":0,"delta":{},"finish_reason":"stop"}]})",
        R"({"id":"resp_1","object":"chat.completion.chunk","created":7,"model":"group","choices":[],)"
        R"("usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})"};
    strings chunks;
    for (const document& chunk : got.list)
        chunks.push_back(chunk.dump());
    EXPECT_EQ(chunks, expected);
}

TEST(responses_stream, the_upstream_may_name_its_model) {
    const auto got = stream({event("created", R"("response":{"model":"m-1"})"),
                             delta("output_text", 0, "x"), completed()});
    EXPECT_EQ(got.list.front()["model"], "m-1");
    EXPECT_EQ(got.list.back()["model"], "m-1");
}

TEST(responses_stream, calls_are_numbered_from_0) {
    const auto got = stream(
        {created, call_added(1, "call_a", "f"), call_added(3, "call_b", "g"),
         delta("function_call_arguments", 1, "{\"a\""), delta("function_call_arguments", 3, "{"),
         delta("function_call_arguments", 1, ":1}"), delta("function_call_arguments", 3, "}"),
         event("function_call_arguments.done", R"("output_index":1,"arguments":"{\"a\":1}")"),
         call_done(1, call_item("call_a", "f", "{\"a\":1}")),
         call_done(3, call_item("call_b", "g", "{}")),
         completed(call_item("call_a", "f", "{\"a\":1}") + "," + call_item("call_b", "g", "{}"))});
    EXPECT_FALSE(got.failure);
    EXPECT_EQ(got.calls(), "0 call_a f {\"a\":1}\n1 call_b g {}\n");
    EXPECT_EQ(got.finish(), "tool_calls");
    EXPECT_EQ(
        got.list[2]["choices"][0]["delta"].dump(),
        R"({"tool_calls":[{"index":0,"type":"function","function":{"arguments":"{\"a\""}}]})");
}

TEST(responses_stream, enciphered_arguments_are_held_until_they_are_plain) {
    const auto got = stream(
        {created, call_added(0, "call_a", "f"), delta("function_call_arguments", 0, "gAAAAB"),
         delta("function_call_arguments", 0, "{x"),
         event("function_call_arguments.done", R"("output_index":0,"arguments":"{\"a\":1}")"),
         call_done(0, call_item("call_a", "f", "{\"a\":1}")), completed()});
    EXPECT_EQ(got.calls(), "0 call_a f {\"a\":1}\n");
    const auto late = stream({created, call_added(0, "call_a", "f"),
                              delta("function_call_arguments", 0, "gAAAAB"),
                              completed(call_item("call_a", "f", "{}"))});
    EXPECT_EQ(late.calls(), "0 call_a f {}\n");
}

TEST(responses_stream, what_no_event_told_comes_at_the_end) {
    const auto got = stream({completed(R"({"type":"message","content":[{"type":"output_text",)"
                                       R"("text":"Hello"}]},)" +
                                       call_item("call_a", "f", "{}"))});
    EXPECT_EQ(got.text("content"), "Hello");
    EXPECT_EQ(got.calls(), "0 call_a f {}\n");
    EXPECT_EQ(got.finish(), "tool_calls");
    EXPECT_EQ(got.list[0]["id"], "another");
    EXPECT_EQ(got.list[0]["created"], 1000);
    const auto item = stream({call_done(0, call_item("call_a", "f", "{}")), completed()});
    EXPECT_EQ(item.calls(), "0 call_a f {}\n");
    EXPECT_TRUE(item.list[0]["id"].get<std::string>().starts_with("chatcmpl-"));
}

TEST(responses_stream, free_text_of_tools_is_passed_on) {
    const auto got =
        stream({event("output_item.added", R"("output_index":0,"item":{"type":"custom_tool_call",)"
                                           R"("call_id":"c1","name":"patch","input":""})"),
                delta("custom_tool_call_input", 0, "*** Begin"),
                event("custom_tool_call_input.done", R"("output_index":0,"input":"*** Begin!")"),
                completed()});
    EXPECT_EQ(got.calls(), "0 c1 patch *** Begin!\n");
}

TEST(responses_stream, reasoning_has_paragraphs) {
    const auto summary = [](int output, int part, const std::string& text) {
        return event("reasoning_summary_text.delta",
                     R"("output_index":)" + std::to_string(output) + R"(,"summary_index":)" +
                         std::to_string(part) + R"(,"delta":")" + text + '"');
    };
    const auto got = stream(
        {created, summary(0, 0, "A"), summary(0, 0, "a"), summary(0, 1, "B"), summary(2, 0, "C"),
         delta("reasoning_text", 2, "c"), delta("refusal", 3, "no"),
         completed(R"({"type":"reasoning","id":"rs","encrypted_content":"e","summary":[]})")});
    EXPECT_EQ(got.text("reasoning_content"), "Aa\n\nB\n\nCc");
    EXPECT_EQ(got.text("refusal"), "no");
    EXPECT_EQ(got.text("role"), "assistant");
    EXPECT_EQ(got.list[got.list.size() - 2]["choices"][0]["delta"].dump(),
              R"({"reasoning_items":[{"type":"reasoning","id":"rs","encrypted_content":"e",)"
              R"("summary":[]}]})");
}

TEST(responses_stream, an_answer_may_be_cut) {
    const auto cut = [](const std::string& members) {
        return stream({created, delta("output_text", 0, "x"),
                       event("incomplete", R"("response":{)" + members + "}")})
            .finish();
    };
    EXPECT_EQ(cut(R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"})"),
              "length");
    EXPECT_EQ(cut(R"("incomplete_details":{"reason":"content_filter"})"), "content_filter");
    EXPECT_EQ(cut(""), "length");
}

TEST(responses_stream, failures_are_the_clients_errors) {
    const auto failed = [](const std::string& last) {
        const auto got = stream({created, delta("output_text", 0, "x"), last, completed()});
        EXPECT_EQ(got.text("content"), "x");
        return got.failure ? std::to_string(got.failure->status) + " " + got.failure->message : "";
    };
    using testing::HasSubstr;
    using testing::StartsWith;
    EXPECT_THAT(failed(event("failed", R"("response":{"error":{"code":"server_error",)"
                                       R"("message":"boom"}})")),
                testing::AllOf(StartsWith("500 "), HasSubstr("- boom")));
    EXPECT_THAT(failed(event("failed", R"("response":{"error":null})")),
                testing::AllOf(StartsWith("500 "), HasSubstr("- the answer failed")));
    EXPECT_THAT(failed(R"({"type":"error","code":"rate_limit_exceeded","message":"slow"})"),
                testing::AllOf(StartsWith("429 "), HasSubstr("- slow")));
    EXPECT_THAT(failed(R"({"type":"error","error":{"code":"invalid_prompt","message":"bad"}})"),
                testing::AllOf(StartsWith("400 "), HasSubstr("- bad")));
    EXPECT_THAT(failed(R"({"error":"plain"})"),
                testing::AllOf(StartsWith("500 "), HasSubstr("- plain")));
    for (const std::string data : {"nonsense", "[]", "7", "{\"type\":"})
        EXPECT_THAT(failed(data), StartsWith("500 "));
}

TEST(responses_stream, a_stream_that_breaks_off_is_no_answer) {
    const auto broken = stream({created, delta("output_text", 0, "x")});
    ASSERT_TRUE(broken.failure);
    EXPECT_EQ(broken.failure->status, 500);
    EXPECT_THAT(broken.failure->message, testing::HasSubstr("the stream ended before its end"));
    EXPECT_TRUE(stream({}).failure);
    EXPECT_FALSE(stream({completed(), "rest"}).failure);
}

TEST(responses_stream, strange_events_change_nothing) {
    const auto got = stream(
        {created, "", "{}", R"({"type":7})", R"({"type":"response.new","delta":"x"})",
         event("output_text.delta", R"("delta":7)"), event("output_item.added", R"("item":null)"),
         delta("function_call_arguments", 9, "{"),
         event("function_call_arguments.done", R"("x":1)"),
         event("reasoning_summary_text.delta", R"("summary_index":-1,"delta":null)"),
         event("output_item.added", R"("output_index":"x","item":{"type":"message"})"),
         completed()});
    EXPECT_FALSE(got.failure);
    ASSERT_EQ(got.list.size(), 1);
    EXPECT_EQ(got.finish(), "stop");
}

TEST(responses_stream, it_does_not_matter_how_bytes_come) {
    std::string bytes;
    for (const std::string& data :
         {created, delta("output_text", 0, "Hel"), delta("output_text", 0, "lo"),
          call_added(1, "call_a", "f"), delta("function_call_arguments", 1, "{}"),
          completed(call_item("call_a", "f", "{}"), R"(,"usage":{"input_tokens":3})")}) {
        bytes.append("event: x\ndata: ").append(data).append("\n\n");
    }
    const auto told = [&](std::size_t split) {
        const auto translation = responses();
        relay::event_translator relay(
            {.model_json = "\"group\"", .show_usage = true, .answers = translation.get()});
        std::string out;
        relay.feed(std::string_view(bytes).substr(0, split), out);
        relay.feed(std::string_view(bytes).substr(split), out);
        relay.finish(out);
        EXPECT_FALSE(relay.failed());
        return out;
    };
    const std::string whole = told(0);
    EXPECT_THAT(whole, testing::HasSubstr(R"("finish_reason":"tool_calls")"));
    EXPECT_THAT(whole, testing::EndsWith("data: [DONE]\n\n"));
    for (std::size_t split = 1; split < bytes.size(); ++split)
        ASSERT_EQ(told(split), whole) << split;
}

TEST(responses_stream, calls_are_bounded) {
    strings events;
    for (int i = 0; i < 1025; ++i)
        events.push_back(call_added(i, "c", "f"));
    const auto got = stream(events);
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.list.size(), 1024);
}

} // namespace responses_stream_test
} // namespace llm_proxy::providers
