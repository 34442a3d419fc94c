#include "llm_proxy/providers/gemini_stream.hpp"

#include <gmock/gmock.h>

#include "providers/gemini_answer_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_stream_test {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

std::string part(const std::string& parts, const std::string& more = "") {
    return R"({"candidates":[{"content":{"role":"model","parts":[)" + parts + R"(]},"index":0)" +
           more + R"(}],"responseId":"r"})";
}

std::string text(const std::string& said, const std::string& more = "") {
    return part(R"({"text":")" + said + "\"}", more);
}

const std::string stop = R"(,"finishReason":"STOP")";

json deltas(const gemini_chunks& chunks) {
    auto out = json::array();
    for (const json& chunk : chunks.list) {
        for (const json& choice : chunk["choices"]) {
            out.push_back(choice["delta"]);
        }
    }
    return out;
}

std::string last_finish(const gemini_chunks& chunks) {
    return chunks.list.back()["choices"][0]["finish_reason"].get<std::string>();
}

TEST(gemini_stream, each_text_is_a_chunk_at_once) {
    const auto out = gemini_stream_of({text("Hel"), text("lo"), text(".", stop)});
    EXPECT_THAT(gemini_events({text("Hel"), text("lo"), text(".", stop)}).of_event,
                ElementsAre(1, 1, 1));
    ASSERT_EQ(out.list.size(), 4U);
    EXPECT_EQ(out.list[0], json::parse(R"({"id":"r","object":"chat.completion.chunk",
        "created":1000,"model":"gemini-2.5-flash","choices":[{"index":0,
        "delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]})"));
    EXPECT_EQ(deltas(out), json::parse(R"([{"role":"assistant","content":"Hel"},
                                           {"content":"lo"},{"content":"."},{}])"));
    EXPECT_EQ(last_finish(out), "stop");
}

TEST(gemini_stream, the_tier_is_in_every_chunk) {
    const std::vector<std::string> said{text("a"), text("b", stop)};
    const auto translation = make_gemini_translation(gemini_options());
    http::response_head head;
    head.headers.add("X-Gemini-Service-Tier", "Standard");
    translation->begin(head);
    std::vector<std::string> chunks;
    EXPECT_TRUE(translation->event(said[0], chunks));
    EXPECT_TRUE(translation->event(said[1], chunks));
    EXPECT_TRUE(translation->finish(chunks));
    ASSERT_EQ(chunks.size(), 3U);
    for (const std::string& chunk : chunks) {
        EXPECT_EQ(json::parse(chunk)["service_tier"], "default");
    }
    const auto counted = gemini_stream_of(
        {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":1,"serviceTier":"priority"}})"});
    EXPECT_EQ(counted.list.front()["service_tier"], "priority");
    EXPECT_FALSE(gemini_stream_of(said).list.front().contains("service_tier"));
}

TEST(gemini_stream, a_text_completion_gets_texts) {
    const auto options = gemini_options(model::call_type::completion);
    const auto out =
        gemini_stream_of({text("Once"), part(R"({"text":"hm","thought":true})"),
                          part(R"({"functionCall":{"name":"f","args":{}}})"), text(" more", stop)},
                         options);
    ASSERT_EQ(out.list.size(), 3U);
    EXPECT_EQ(out.list[0], json::parse(R"({"id":"r","object":"text_completion","created":1000,
        "model":"gemini-2.5-flash","choices":[{"index":0,"text":"Once","logprobs":null,
        "finish_reason":null}]})"));
    EXPECT_EQ(out.list[1]["choices"][0]["text"], " more");
    EXPECT_EQ(out.list[2]["choices"][0]["text"], "");
    EXPECT_TRUE(out.list[2]["choices"][0]["finish_reason"].is_string());
}

TEST(gemini_stream, the_usage_is_the_last_one_in_a_chunk_of_its_own) {
    const auto out = gemini_stream_of({R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],
             "usageMetadata":{"promptTokenCount":10,"totalTokenCount":10}})",
                                       R"({"candidates":[{"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":3,"totalTokenCount":13}})"});
    ASSERT_EQ(out.list.size(), 3U);
    EXPECT_EQ(out.list[1]["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(out.list[2]["choices"], json::array());
    EXPECT_EQ(out.list[2]["usage"]["completion_tokens"], 3);
    EXPECT_EQ(out.list[2]["id"], "chatcmpl-" + std::string(32, '8'));
    EXPECT_EQ(out.list[0]["id"], out.list[2]["id"]);
    EXPECT_FALSE(out.list[0].contains("usage"));
}

TEST(gemini_stream, thoughts_and_signatures_are_kept) {
    const auto out = gemini_stream_of({part(R"({"text":"plan","thought":true})"),
                                       part(R"({"text":"a","thoughtSignature":"QQ=="})"),
                                       part(R"({"text":"","thoughtSignature":"Qg=="})", stop)});
    EXPECT_EQ(deltas(out), json::parse(R"([{"role":"assistant","reasoning_content":"plan"},
        {"content":"a","provider_specific_fields":{"thought_signatures":["QQ=="]}},
        {"provider_specific_fields":{"thought_signatures":["Qg=="]}},{}])"));
    EXPECT_EQ(out.list[0]["vertex_ai_grounding_metadata"], json::array());
    EXPECT_TRUE(out.list[1].contains("vertex_ai_safety_ratings"));
}

TEST(gemini_stream, calls_are_counted_through_the_stream) {
    const auto out = gemini_stream_of(
        {part(R"({"functionCall":{"id":"a","name":"f","args":{"x":1}},"thoughtSignature":"QQ=="},
                 {"functionCall":{"id":"b","name":"g"}})"),
         part(R"({"functionCall":{"id":"c","name":"h"}})", stop)});
    EXPECT_EQ(deltas(out)[0]["tool_calls"], json::parse(R"([
        {"index":0,"id":"a__thought__QQ==","type":"function",
         "function":{"name":"f","arguments":"{\"x\": 1}"},
         "provider_specific_fields":{"thought_signature":"QQ=="}},
        {"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}])"));
    EXPECT_EQ(deltas(out)[0]["provider_specific_fields"]["thought_signatures"],
              json::array({"QQ=="}));
    EXPECT_EQ(deltas(out)[1]["tool_calls"][0]["index"], 2);
    EXPECT_EQ(last_finish(out), "tool_calls");
    const auto cut = gemini_stream_of(
        {part(R"({"functionCall":{"name":"f"}})"), text("", R"(,"finishReason":"MAX_TOKENS")")});
    EXPECT_EQ(last_finish(cut), "length");
}

TEST(gemini_stream, clients_with_functions_get_one_call) {
    auto options = gemini_options();
    options.legacy_functions = true;
    const auto out = gemini_stream_of(
        {part(R"({"functionCall":{"name":"f"}})"), part(R"({"functionCall":{"name":"g"}})", stop)},
        options);
    EXPECT_EQ(deltas(out), json::parse(R"([{"role":"assistant",
        "function_call":{"name":"f","arguments":"{}"}},{}])"));
    EXPECT_EQ(last_finish(out), "function_call");
}

TEST(gemini_stream, images_are_counted_and_their_chunks_plain) {
    const std::string image = R"({"inlineData":{"mimeType":"image/png","data":"QQ=="}})";
    const auto out = gemini_stream_of({part(image), part(image, stop)});
    EXPECT_EQ(deltas(out)[0]["images"], json::parse(R"([{"type":"image_url","index":0,
        "image_url":{"url":"data:image/png;base64,QQ==","detail":"auto"}}])"));
    EXPECT_EQ(deltas(out)[1]["images"][0]["index"], 1);
    EXPECT_FALSE(out.list[0].contains("vertex_ai_grounding_metadata"));
}

TEST(gemini_stream, audio_is_kept) {
    const std::string sound = R"({"inlineData":{"mimeType":"audio/L16;rate=24000","data":"QQ=="}})";
    const auto out = gemini_stream_of({part(sound), part(sound), part(R"({"text":""})", stop)});
    EXPECT_EQ(deltas(out), json::array({{{"role", "assistant"},
                                         {"audio",
                                          {{"id", "audio_" + std::string(24, '8')},
                                           {"data", "QQ=="},
                                           {"expires_at", 87400},
                                           {"transcript", ""}}}},
                                        {{"audio", {{"data", "QQ=="}}}},
                                        json::object()}));
    EXPECT_EQ(last_finish(out), "stop");
}

TEST(gemini_stream, sources_come_with_their_text) {
    const auto out = gemini_stream_of({text("Fact", stop + R"(,"groundingMetadata":{
        "webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"u","title":"t"}}],
        "groundingSupports":[{"segment":{"startIndex":0,"endIndex":4},
                              "groundingChunkIndices":[0]}]})"),
                                       R"({"usageMetadata":{"promptTokenCount":1,
        "toolUsePromptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":11}})"});
    EXPECT_EQ(deltas(out)[0]["annotations"], json::parse(R"([{"type":"url_citation",
        "url_citation":{"start_index":0,"end_index":4,"url":"u","title":"t"}}])"));
    EXPECT_EQ(out.list[0]["vertex_ai_grounding_metadata"][0]["webSearchQueries"][0], "q");
    EXPECT_EQ(out.list.back()["usage"]["prompt_tokens"], 1);
    EXPECT_EQ(out.list.back()["usage"]["prompt_tokens_details"]["web_search_requests"], 1);
    const auto unsupported =
        gemini_stream_of({text("a", stop + R"(,"groundingMetadata":{"webSearchQueries":["q"]})")});
    EXPECT_EQ(unsupported.list[0]["vertex_ai_grounding_metadata"].size(), 1U);
    const auto alone =
        gemini_stream_of({text("", stop + R"(,"groundingMetadata":{"webSearchQueries":["q"]})")});
    EXPECT_EQ(deltas(alone), json::parse(R"([{"role":"assistant"},{}])"));
    EXPECT_EQ(alone.list[0]["vertex_ai_grounding_metadata"].size(), 1U);
}

TEST(gemini_stream, logprobs_come_with_their_text) {
    const auto out = gemini_stream_of({text("a", stop + R"(,"logprobsResult":{
        "chosenCandidates":[{"token":"a","logProbability":-0.5}]})")});
    EXPECT_EQ(out.list[0]["choices"][0]["logprobs"]["content"][0]["logprob"], -0.5);
}

TEST(gemini_stream, every_choice_has_a_role_and_an_end) {
    const auto out = gemini_stream_of(
        {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0},
                           {"content":{"parts":[{"text":"b"}]},"index":1}]})",
         R"({"candidates":[{"content":{"parts":[{"text":"c"}]},"finishReason":"MAX_TOKENS","index":1}]})",
         R"({"candidates":[{"finishReason":"STOP","index":0}]})"});
    ASSERT_EQ(out.list.size(), 4U);
    EXPECT_EQ(out.list[0]["choices"].size(), 2U);
    EXPECT_EQ(out.list[0]["choices"][1]["delta"],
              json::parse(R"({"role":"assistant","content":"b"})"));
    EXPECT_EQ(out.list[1]["choices"][0]["delta"], json::parse(R"({"content":"c"})"));
    EXPECT_EQ(out.list[2]["choices"][0]["index"], 0);
    EXPECT_EQ(out.list[2]["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(out.list[3]["choices"][0]["index"], 1);
    EXPECT_EQ(out.list[3]["choices"][0]["finish_reason"], "length");
}

TEST(gemini_stream, a_refused_prompt_is_a_filtered_answer) {
    const auto out = gemini_stream_of({R"({"promptFeedback":{"blockReason":"SAFETY"}})"});
    EXPECT_EQ(deltas(out), json::parse(R"([{"role":"assistant","content":""},{}])"));
    EXPECT_EQ(last_finish(out), "content_filter");
    const auto later =
        gemini_stream_of({text("x"), R"({"candidates":[{"finishReason":"SAFETY"}]})"});
    EXPECT_EQ(deltas(later), json::parse(R"([{"role":"assistant","content":"x"},{}])"));
    EXPECT_EQ(last_finish(later), "content_filter");
}

TEST(gemini_stream, an_end_without_text_has_its_role_too) {
    const auto out = gemini_stream_of({text("", R"(,"finishReason":"MAX_TOKENS")")});
    EXPECT_EQ(deltas(out), json::parse(R"([{"role":"assistant","content":""},{}])"));
    EXPECT_EQ(last_finish(out), "length");
}

TEST(gemini_stream, an_error_ends_it_with_its_status) {
    const std::string overload =
        R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})";
    const auto out = gemini_stream_of({text("a"), overload, text("b")});
    EXPECT_EQ(out.list.size(), 1U);
    EXPECT_EQ(out.status, 503);
    EXPECT_THAT(out.failure, HasSubstr("litellm.ServiceUnavailableError: GeminiException - "
                                       "UNAVAILABLE - The model is overloaded.\n"));
    EXPECT_EQ(gemini_events({"[" + overload + "]"}).status, 503);
    EXPECT_EQ(gemini_events({R"({"error":{"status":"RESOURCE_EXHAUSTED"}})"}).status, 429);
    EXPECT_EQ(gemini_events({R"({"error":{"message":"x","code":7}})"}).status, 500);
    EXPECT_EQ(gemini_events({R"({"error":"broken"})"}).status, 500);
}

TEST(gemini_stream, a_stream_that_was_cut_is_an_error) {
    const auto cut = gemini_stream_of({text("a")});
    EXPECT_EQ(cut.list.size(), 1U);
    EXPECT_EQ(cut.status, 500);
    EXPECT_THAT(cut.failure, HasSubstr("ended before its end"));
    EXPECT_THAT(gemini_events({}).failure, HasSubstr("Empty or invalid response"));
    EXPECT_THAT(gemini_events({R"({"usageMetadata":{}})"}).failure, HasSubstr("Empty or invalid"));
}

TEST(gemini_stream, what_is_no_event_is_an_error) {
    for (const std::string event :
         {"<html>", "1", "[1]", "{", R"({"candidates":[{"index":128}]})"}) {
        EXPECT_EQ(gemini_events({event}).status, 500) << event;
    }
    for (const std::string event : {"", " ", "[DONE]", "[]"}) {
        EXPECT_EQ(gemini_events({event, text("a", stop)}).status, 200) << event;
    }
}

} // namespace gemini_stream_test
} // namespace llm_proxy::providers
