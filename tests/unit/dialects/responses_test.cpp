#include "llm_proxy/dialects/responses.hpp"
#include "llm_proxy/http/sse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::dialects {
namespace responses_test {

using nlohmann::json;
using testing::ElementsAre;
using testing::StartsWith;

constexpr const char* plain_request = R"({"model":"m","input":"hi"})";

std::unique_ptr<client_dialect> dialect_for(const std::string& request = plain_request) {
    auto out = make_responses_dialect({.created = 5});
    EXPECT_TRUE(out->request(request));
    return out;
}

json answer_to(const std::string& message, const std::string& finish = "stop",
               const std::string& request = plain_request) {
    const auto answer = dialect_for(request)->answer(
        R"({"id":"chatcmpl-1","created":7,"model":"m","choices":[{"index":0,"message":)" + message +
        R"(,"finish_reason":")" + finish + R"("}],"usage":{"prompt_tokens":10,
        "completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,
        "audio_tokens":null}}})");
    EXPECT_TRUE(answer);
    return answer ? json::parse(*answer) : json();
}

std::string chunk(const std::string& delta, const std::string& finish = "null") {
    return R"({"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[)"
           R"({"index":0,"delta":)" +
           delta + R"(,"finish_reason":)" + finish + "}]}";
}

constexpr const char* usage_chunk = R"({"id":"c","created":7,"model":"m","choices":[],"usage":{
    "prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})";

/// The events of a stream; every number and name is checked.
std::vector<json> events_in(const std::string& text) {
    http::sse_parser parser;
    parser.feed(text);
    std::vector<json> out;
    http::sse_event event;
    EXPECT_TRUE(text.ends_with("}\n\ndata: [DONE]\n\n")) << text;
    while (parser.next(event) && event.data != "[DONE]") {
        out.push_back(json::parse(event.data));
        EXPECT_EQ(out.back()["type"], event.name);
        EXPECT_EQ(out.back()["sequence_number"], out.size() - 1);
    }
    return out;
}

std::vector<json> events_of(const std::vector<std::string>& chunks,
                            const std::string& request = plain_request) {
    const auto dialect = dialect_for(request);
    std::string out;
    for (const std::string& one : chunks) {
        const std::size_t before = out.size();
        EXPECT_TRUE(dialect->chunk(one, out));
        EXPECT_TRUE(before != 0 || !out.empty());
    }
    dialect->finish(out);
    return events_in(out);
}

std::vector<std::string> types_of(const std::vector<json>& events) {
    std::vector<std::string> out;
    for (const json& event : events) {
        const std::string type = event["type"];
        out.push_back(type.substr(type.find('.') + 1));
    }
    return out;
}

/// The output that a client gathers from the items' own events.
json gathered(const std::vector<json>& events) {
    json out = json::array();
    for (const json& event : events) {
        if (event["type"] == "response.output_item.added") {
            EXPECT_EQ(event["output_index"], out.size());
            out.push_back(event["item"]);
        } else if (event["type"] == "response.output_item.done") {
            const std::size_t place = event["output_index"];
            EXPECT_EQ(out.at(place)["id"], event["item"]["id"]);
            out[place] = event["item"];
        }
    }
    return out;
}

TEST(responses, a_text_is_a_message) {
    json answer = answer_to(R"({"role":"assistant","content":"Hello."})", "stop",
                            R"({"model":"m","input":"hi","instructions":"be kind",
                                "max_output_tokens":20,"store":true})");
    EXPECT_THAT(answer["id"].get<std::string>(), StartsWith("resp_"));
    EXPECT_THAT(answer["output"][0]["id"].get<std::string>(), StartsWith("msg_"));
    answer["id"] = answer["output"][0]["id"] = "";
    EXPECT_EQ(answer, json::parse(R"({"id":"","created_at":7,"error":null,"incomplete_details":null,
        "instructions":"be kind","metadata":{},"model":"m","object":"response","output":[
        {"type":"message","id":"","status":"completed","role":"assistant","content":[
        {"type":"output_text","text":"Hello.","annotations":[]}]}],"parallel_tool_calls":false,
        "temperature":null,"tool_choice":"auto","tools":[],"top_p":null,"max_output_tokens":20,
        "previous_response_id":null,"reasoning":null,"status":"completed","text":{},
        "truncation":null,"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},
        "output_tokens":5,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15},
        "user":null,"store":false})"));
}

TEST(responses, thoughts_texts_calls_and_images_are_items) {
    const json answer = answer_to(R"({"content":"See","reasoning_content":"hmm","refusal":"no",
        "annotations":[{"type":"url_citation","url_citation":{"url":"https://x","title":"X",
            "start_index":0,"end_index":3}},{"type":"other"}],
        "images":[{"image_url":{"url":"data:image/png;base64,QUJD"}},{"image_url":{"url":"x"}}],
        "tool_calls":[{"id":"call_1__thought__c2ln","type":"function","function":{"name":"f",
            "arguments":"{\"a\":1}"}},{"id":"call_2","function":{"name":"g"}}]})",
                                  "tool_calls");
    const json& output = answer["output"];
    ASSERT_EQ(output.size(), 5);
    EXPECT_EQ(output[0]["summary"], json::parse(R"([{"type":"summary_text","text":"hmm"}])"));
    EXPECT_EQ(output[1]["content"], json::parse(R"([{"type":"output_text","text":"See",
        "annotations":[{"type":"url_citation","start_index":0,"end_index":3,"url":"https://x",
        "title":"X"}]},{"type":"refusal","refusal":"no"}])"));
    EXPECT_EQ(output[2]["result"], "QUJD");
    EXPECT_EQ(output[3]["call_id"], "call_1__thought__c2ln");
    EXPECT_EQ(output[3]["arguments"], R"({"a":1})");
    EXPECT_EQ(output[4]["arguments"], "{}");
    EXPECT_EQ(answer["status"], "completed");
}

TEST(responses, an_answer_cut_short_is_incomplete) {
    const json cut = answer_to(R"({"content":"Hel"})", "length");
    EXPECT_EQ(cut["status"], "incomplete");
    EXPECT_EQ(cut["incomplete_details"]["reason"], "max_output_tokens");
    EXPECT_EQ(cut["output"][0]["status"], "incomplete");
    const json filtered = answer_to(R"({"content":null})", "content_filter");
    EXPECT_EQ(filtered["incomplete_details"]["reason"], "content_filter");
    EXPECT_EQ(filtered["output"][0]["content"][0]["text"], "");
}

TEST(responses, what_is_no_completion_is_no_answer) {
    for (const char* text : {"", "[]", "{}", R"({"error":"x"})"}) {
        EXPECT_FALSE(dialect_for()->answer(text)) << text;
    }
    std::string out;
    EXPECT_FALSE(dialect_for()->chunk("[]", out));
}

TEST(responses, a_stream_of_text_has_the_whole_sequence) {
    const auto events =
        events_of({chunk(R"({"role":"assistant","content":""})"), chunk(R"({"content":"Hel"})"),
                   chunk(R"({"content":"lo"})"), chunk("{}", R"("stop")"), usage_chunk});
    EXPECT_THAT(types_of(events),
                ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                            "output_text.delta", "output_text.delta", "output_text.done",
                            "content_part.done", "output_item.done", "completed"));
    EXPECT_EQ(events[0]["response"]["status"], "in_progress");
    EXPECT_EQ(events[4]["delta"], "Hel");
    EXPECT_EQ(events[4]["item_id"], events[2]["item"]["id"]);
    EXPECT_EQ(events[6]["text"], "Hello");
    const json& response = events.back()["response"];
    EXPECT_EQ(response["output"], gathered(events));
    EXPECT_EQ(response["output"][0]["content"][0]["text"], "Hello");
    EXPECT_EQ(response["usage"]["input_tokens"], 3);
    EXPECT_EQ(response["model"], "m");
    EXPECT_EQ(response["id"], events[0]["response"]["id"]);
}

TEST(responses, a_stream_of_thoughts_and_calls) {
    const auto events = events_of(
        {chunk(R"({"reasoning_content":"a"})"), chunk(R"({"reasoning_content":"b"})"),
         chunk(R"({"content":"x"})"),
         chunk(R"({"tool_calls":[{"index":0,"id":"c0","function":{"name":"f","arguments":""}}]})"),
         chunk(R"({"tool_calls":[{"index":1,"id":"c1","function":{"name":"g","arguments":"{"}}]})"),
         chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})"),
         chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":"}"}}]})"),
         chunk("{}", R"("tool_calls")")});
    EXPECT_THAT(types_of(events),
                ElementsAre("created", "in_progress", "output_item.added",
                            "reasoning_summary_part.added", "reasoning_summary_text.delta",
                            "reasoning_summary_text.delta", "reasoning_summary_text.done",
                            "reasoning_summary_part.done", "output_item.done", "output_item.added",
                            "content_part.added", "output_text.delta", "output_text.done",
                            "content_part.done", "output_item.done", "output_item.added",
                            "output_item.added", "function_call_arguments.delta",
                            "function_call_arguments.delta", "function_call_arguments.delta",
                            "function_call_arguments.done", "output_item.done",
                            "function_call_arguments.done", "output_item.done", "completed"));
    const json output = events.back()["response"]["output"];
    EXPECT_EQ(output, gathered(events));
    EXPECT_EQ(output[0]["summary"][0]["text"], "ab");
    EXPECT_EQ(output[2]["call_id"], "c0");
    EXPECT_EQ(output[3]["arguments"], "{}");
}

TEST(responses, a_tool_of_free_text_is_told_when_its_text_is_whole) {
    const auto events =
        events_of({chunk(R"({"tool_calls":[{"index":0,"id":"c","function":{"name":"patch",
             "arguments":"{\"content\":"}}]})"),
                   chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"\"*\\n\"}"}}]})"),
                   chunk("{}", R"("tool_calls")")},
                  R"({"input":"x","tools":[{"type":"custom","name":"patch"}]})");
    EXPECT_THAT(types_of(events),
                ElementsAre("created", "in_progress", "output_item.added",
                            "custom_tool_call_input.delta", "custom_tool_call_input.done",
                            "output_item.done", "completed"));
    EXPECT_EQ(events[5]["item"]["input"], "*\n");
    EXPECT_EQ(events[5]["item"]["type"], "custom_tool_call");
}

TEST(responses, the_whole_answer_and_the_stream_tell_the_same) {
    const std::string message = R"({"reasoning_content":"a","content":"b","refusal":"c",
        "tool_calls":[{"index":0,"id":"i","function":{"name":"f","arguments":"{}"}}]})";
    json whole = answer_to(message, "tool_calls")["output"];
    json streamed = events_of({chunk(message, R"("tool_calls")")}).back()["response"]["output"];
    for (json* output : {&whole, &streamed}) {
        for (json& item : *output) {
            item.erase("id");
        }
    }
    EXPECT_EQ(whole, streamed);
}

TEST(responses, a_stream_without_a_word_has_an_empty_message) {
    const auto events = events_of({chunk("{}", R"("stop")")});
    EXPECT_EQ(events.back()["type"], "response.completed");
    EXPECT_EQ(events.back()["response"]["output"][0]["content"][0]["text"], "");
}

TEST(responses, further_choices_are_not_told) {
    const auto events = events_of({R"({"choices":[{"index":1,"delta":{"content":"no"}},
        {"index":0,"delta":{"content":"yes"},"finish_reason":"length"}]})"});
    EXPECT_EQ(events.back()["type"], "response.incomplete");
    EXPECT_EQ(events.back()["response"]["output"][0]["content"][0]["text"], "yes");
}

TEST(responses, a_failure_ends_the_stream_as_error_and_as_failed_response) {
    const auto dialect = dialect_for();
    std::string out;
    ASSERT_TRUE(dialect->chunk(chunk(R"({"content":"Hel"})"), out));
    dialect->fail(error(503, "internal_server_error", "it broke"), out);
    const auto events = events_in(out);
    const json& failed = events.back();
    EXPECT_EQ(failed["type"], "response.failed");
    EXPECT_EQ(failed["response"]["status"], "failed");
    EXPECT_EQ(failed["response"]["error"]["message"], "it broke");
    const json& told = events[events.size() - 2];
    EXPECT_EQ(told["type"], "error");
    EXPECT_EQ(told["message"], "it broke");
    EXPECT_EQ(told["error"]["code"], "503");
}

TEST(responses, an_answer_of_too_many_items_ends) {
    const auto dialect = dialect_for();
    std::string out;
    bool failed = false;
    for (int i = 0; i < 2000 && !failed; ++i) {
        out.clear();
        failed = !dialect->chunk(
            chunk(R"({"tool_calls":[{"index":)" + std::to_string(i) + R"(,"id":"c"}]})"), out);
    }
    EXPECT_TRUE(failed);
}

TEST(responses, members_of_any_type_break_nothing) {
    for (const char* delta :
         {"5", "[]", R"({"content":[],"reasoning_content":{},"refusal":1,"annotations":{},
              "images":[5,{}],"tool_calls":[5,{},{"index":"x","function":[]}]})"}) {
        events_of({chunk(delta, "7")});
    }
    events_of({R"({"choices":5,"usage":[],"model":{},"created":"x"})", R"({"choices":[5,[]]})"});
}

} // namespace responses_test
} // namespace llm_proxy::dialects
