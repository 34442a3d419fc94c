#include <gmock/gmock.h>

#include "providers/gemini_answer_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_answer_test {

using nlohmann::json;
using testing::HasSubstr;

json message_of(const std::string& parts, const gemini_answer_options& options = gemini_options()) {
    return gemini_chat(with_parts(parts), options)["choices"][0]["message"];
}

TEST(gemini_answer, a_text_is_a_chat_completion) {
    EXPECT_EQ(gemini_chat(with_parts(R"({"text":"Hel"},{"text":"lo"})")), json::parse(R"({
        "id":"r","object":"chat.completion","created":1000,"model":"gemini-2.5-flash",
        "choices":[{"index":0,"finish_reason":"stop",
            "message":{"role":"assistant","content":"Hello","images":[],"thinking_blocks":[]},
            "provider_specific_fields":{"native_finish_reason":"STOP"}}],
        "vertex_ai_grounding_metadata":[],"vertex_ai_url_context_metadata":[],
        "vertex_ai_safety_results":[],"vertex_ai_citation_metadata":[]})"));
}

TEST(gemini_answer, an_answer_without_an_id_gets_one) {
    const auto answer = gemini_chat(R"({"candidates":[]})");
    EXPECT_EQ(answer["id"], "chatcmpl-" + std::string(32, '8'));
    EXPECT_EQ(answer["choices"], json::array());
    EXPECT_FALSE(answer.contains("usage"));
}

TEST(gemini_answer, a_candidate_without_parts_has_a_message_all_the_same) {
    const auto answer = gemini_chat(with_candidate(R"("finishReason":"MAX_TOKENS","index":0)"));
    EXPECT_EQ(answer["choices"][0]["message"],
              json::parse(R"({"role":"assistant","content":null})"));
    EXPECT_EQ(answer["choices"][0]["finish_reason"], "length");
}

TEST(gemini_answer, thoughts_are_told_apart) {
    const auto message = message_of(R"({"text":"I ","thought":true,"thoughtSignature":"QQ=="},
        {"text":"think","thought":true},{"text":"so","thoughtSignature":"Qg=="})");
    EXPECT_EQ(message["content"], "so");
    EXPECT_EQ(message["reasoning_content"], "I think");
    EXPECT_EQ(message["thinking_blocks"],
              json::parse(R"([{"type":"thinking","thinking":"I ","signature":"QQ=="},
                              {"type":"thinking","thinking":"think"}])"));
    EXPECT_EQ(message["provider_specific_fields"],
              json::parse(R"({"thought_signatures":["QQ==","Qg=="]})"));
}

TEST(gemini_answer, function_calls_are_tool_calls) {
    const auto answer = gemini_chat(with_parts(
        R"({"text":"Wait."},{"functionCall":{"name":"f","args":{"b":"東","a":[1,{"x":null}]}}},
           {"functionCall":{"id":"fc_2","name":"g"}})"));
    const auto& choice = answer["choices"][0];
    EXPECT_EQ(choice["finish_reason"], "tool_calls");
    EXPECT_EQ(choice["message"]["content"], "Wait.");
    EXPECT_EQ(choice["message"]["tool_calls"][0],
              json({{"index", 0},
                    {"id", "call_" + std::string(28, '8')},
                    {"type", "function"},
                    {"function",
                     {{"name", "f"}, {"arguments", R"({"b": "東", "a": [1, {"x": null}]})"}}}}));
    EXPECT_EQ(choice["message"]["tool_calls"][1],
              json::parse(R"({"index":1,"id":"fc_2","type":"function",
                              "function":{"name":"g","arguments":"{}"}})"));
}

TEST(gemini_answer, a_signature_goes_with_its_call_in_three_ways) {
    const auto message =
        message_of(R"({"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"U0lH"})");
    EXPECT_EQ(message["content"], nullptr);
    EXPECT_EQ(message["tool_calls"][0]["id"], "a__thought__U0lH");
    EXPECT_EQ(message["tool_calls"][0]["provider_specific_fields"]["thought_signature"], "U0lH");
    EXPECT_EQ(message["provider_specific_fields"]["thought_signatures"], json::array({"U0lH"}));
}

TEST(gemini_answer, clients_with_functions_get_a_function_call) {
    auto options = gemini_options();
    options.legacy_functions = true;
    const auto choice = gemini_chat(
        with_parts(R"({"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g"}})"),
        options)["choices"][0];
    EXPECT_EQ(choice["finish_reason"], "function_call");
    EXPECT_EQ(choice["message"]["function_call"],
              json::parse(R"({"name":"f","arguments":"{\"a\": 1}"})"));
    EXPECT_FALSE(choice["message"].contains("tool_calls"));
}

TEST(gemini_answer, images_are_data_urls) {
    const auto message = message_of(R"({"text":"Here:"},
        {"inlineData":{"mimeType":"image/png","data":"QQ=="}},
        {"inlineData":{"mimeType":"image/jpeg","data":"Qg=="}})");
    EXPECT_EQ(message["content"], "Here:");
    EXPECT_EQ(message["images"], json::parse(R"([
        {"type":"image_url","index":0,"image_url":{"url":"data:image/png;base64,QQ==","detail":"auto"}},
        {"type":"image_url","index":1,"image_url":{"url":"data:image/jpeg;base64,Qg==","detail":"auto"}}
        ])"));
}

TEST(gemini_answer, audio_takes_the_place_of_the_content) {
    const auto message = message_of(R"({"inlineData":{"mimeType":"audio/L16","data":"QQ=="}})");
    EXPECT_EQ(message["content"], nullptr);
    EXPECT_EQ(message["audio"], json({{"id", "audio_" + std::string(24, '8')},
                                      {"data", "QQ=="},
                                      {"expires_at", 1000 + 86400},
                                      {"transcript", ""}}));
    const auto spoken = message_of(R"({"inlineData":{"mimeType":"audio/L16","data":"QQ=="}},
        {"inlineData":{"mimeType":"audio/L16","data":"Qg=="}},{"text":"words"})");
    EXPECT_EQ(spoken["content"], nullptr);
    EXPECT_EQ(spoken["audio"]["data"], "QUI=");
    EXPECT_EQ(spoken["audio"]["transcript"], "words");
}

TEST(gemini_answer, other_files_are_put_into_the_text) {
    EXPECT_EQ(
        message_of(
            R"({"text":"a "},{"inlineData":{"mimeType":"text/csv","data":"QQ=="}})")["content"],
        "a data:text/csv;base64,QQ==");
}

TEST(gemini_answer, code_that_was_run_is_left_out) {
    EXPECT_EQ(message_of(R"({"text":"run"},{"executableCode":{"code":"1"}},
        {"codeExecutionResult":{"output":"1"}},{"text":"done"})")["content"],
              "rundone");
}

constexpr const char* grounded =
    R"("content":{"parts":[{"text":"Fact."}]},"finishReason":"STOP","groundingMetadata":{
    "webSearchQueries":["a","b"],
    "groundingChunks":[{"web":{"uri":"https://e/1","title":"T1"}},{"web":{"uri":"https://e/2"}},
                       {"maps":{"uri":"m"}}],
    "groundingSupports":[{"segment":{"startIndex":0,"endIndex":4},"groundingChunkIndices":[1,0]},
                         {"segment":{"endIndex":4},"groundingChunkIndices":[0]},
                         {"segment":{"startIndex":1},"groundingChunkIndices":[9]},
                         {"segment":{"startIndex":1},"groundingChunkIndices":[-1]},
                         {"segment":{"startIndex":1},"groundingChunkIndices":[2]}]},
    "urlContextMetadata":{"urlMetadata":[1]},"safetyRatings":[{"category":"C"}],
    "citationMetadata":{"citationSources":[2]})";

TEST(gemini_answer, sources_are_annotations_and_passed_on_as_they_came) {
    const auto answer = gemini_chat(with_candidate(grounded));
    EXPECT_EQ(answer["choices"][0]["message"]["annotations"],
              json::parse(R"([{"type":"url_citation","url_citation":
                  {"start_index":0,"end_index":4,"url":"https://e/2","title":""}}])"));
    EXPECT_EQ(answer["vertex_ai_grounding_metadata"][0]["webSearchQueries"][1], "b");
    EXPECT_EQ(answer["vertex_ai_url_context_metadata"], json::parse(R"([{"urlMetadata":[1]}])"));
    EXPECT_EQ(answer["vertex_ai_safety_results"], json::parse(R"([[{"category":"C"}]])"));
    EXPECT_EQ(answer["vertex_ai_citation_metadata"], json::parse(R"([{"citationSources":[2]}])"));
}

TEST(gemini_answer, logprobs_are_openai_s) {
    const auto answer = gemini_chat(with_candidate(R"("content":{"parts":[{"text":"a"}]},
        "logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-0.5},
                                              {"token":"b","logProbability":-1}],
            "topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5},
                                            {"token":"c","logProbability":-2.5}]}]})"));
    EXPECT_EQ(answer["choices"][0]["logprobs"], json::parse(R"({"content":[
        {"token":"a","logprob":-0.5,"top_logprobs":[{"token":"a","logprob":-0.5},
                                                    {"token":"c","logprob":-2.5}]},
        {"token":"b","logprob":-1,"top_logprobs":[]}]})"));
}

TEST(gemini_answer, each_reason_to_end_has_a_word) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"STOP", "stop"},
        {"FINISH_REASON_UNSPECIFIED", "stop"},
        {"MALFORMED_FUNCTION_CALL", "stop"},
        {"MISSING_THOUGHT_SIGNATURE", "stop"},
        {"SOMETHING_NEW", "stop"},
        {"MAX_TOKENS", "length"},
        {"LANGUAGE", "content_filter"},
        {"OTHER", "content_filter"},
        {"NO_IMAGE", "content_filter"},
        {"IMAGE_RECITATION", "content_filter"},
        {"IMAGE_OTHER", "content_filter"},
        {"ESCALATION", "content_filter"},
    };
    for (const auto& [native, word] : table) {
        const auto choice = gemini_chat(with_parts(R"({"text":"x"})", native))["choices"][0];
        EXPECT_EQ(choice["finish_reason"], word) << native;
        EXPECT_EQ(choice["provider_specific_fields"]["native_finish_reason"], native);
        EXPECT_EQ(choice["message"]["content"], "x") << native;
    }
}

TEST(gemini_answer, what_was_withheld_is_not_shown) {
    for (const std::string native : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT",
                                     "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT"}) {
        EXPECT_EQ(gemini_chat(with_parts(R"({"text":"x"})", native)),
                  json({{"id", "chatcmpl-" + std::string(32, '8')},
                        {"object", "chat.completion"},
                        {"created", 1000},
                        {"model", "gemini-2.5-flash"},
                        {"choices", json::parse(R"([{"index":0,"finish_reason":"content_filter",
                                         "message":{"role":"assistant","content":null}}])")}}))
            << native;
    }
    const auto refused = gemini_chat(R"({"promptFeedback":{"blockReason":"SAFETY"},
        "usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}})");
    EXPECT_EQ(refused["choices"][0]["finish_reason"], "content_filter");
    EXPECT_EQ(refused["usage"],
              json::parse(R"({"prompt_tokens":7,"completion_tokens":0,"total_tokens":7})"));
    EXPECT_EQ(gemini_chat(R"({"promptFeedback":{"safetyRatings":[]}})")["choices"], json::array());
}

TEST(gemini_answer, every_candidate_is_a_choice) {
    const auto choices = gemini_chat(R"({"candidates":[
        {"content":{"parts":[{"functionCall":{"id":"a","name":"f"}}]},"finishReason":"STOP"},
        {"content":{"parts":[{"functionCall":{"id":"b","name":"f"}}]},"finishReason":"STOP"},
        {"content":{"parts":[{"text":"c"}]},"finishReason":"MAX_TOKENS","index":7}]})")["choices"];
    EXPECT_EQ(choices[0]["index"], 0);
    EXPECT_EQ(choices[1]["index"], 1);
    EXPECT_EQ(choices[2]["index"], 7);
    EXPECT_EQ(choices[1]["message"]["tool_calls"][0]["index"], 0);
    EXPECT_EQ(choices[2]["finish_reason"], "length");
}

TEST(gemini_answer, the_service_tier_is_a_header) {
    const auto tier_of = [](std::string_view value) {
        http::response_head head;
        head.headers.add("X-Gemini-Service-Tier", value);
        return gemini_chat(R"({"candidates":[]})", gemini_options(), head)
            .value("service_tier", "");
    };
    EXPECT_EQ(tier_of("standard"), "default");
    EXPECT_EQ(tier_of("priority"), "priority");
    EXPECT_EQ(tier_of(""), "");
}

TEST(gemini_answer, an_array_of_one_is_that_one) {
    EXPECT_EQ(
        gemini_chat("[" + with_parts(R"({"text":"x"})") + "]")["choices"][0]["message"]["content"],
        "x");
}

TEST(gemini_answer, what_is_no_answer_is_an_error) {
    const std::string deep = std::string(300, '[') + std::string(300, ']');
    for (const std::string& text :
         {std::string(), std::string("<html>"), std::string("1"), std::string("[]"),
          std::string("{}"), std::string("{\"a\":1e999}"), "{\"candidates\":" + deep + "}"}) {
        const auto out = gemini_answer_body(text);
        ASSERT_FALSE(out) << text;
        EXPECT_EQ(out.error().status, 500) << text;
        EXPECT_THAT(out.error().message, HasSubstr("GeminiException - Empty or invalid response"));
    }
    std::string wide = "{\"candidates\":[{\"a0\":0";
    for (int i = 1; i < 6000; ++i) {
        wide += ",\"a" + std::to_string(i) + "\":0";
    }
    EXPECT_FALSE(gemini_answer_body(wide + "}]}"));
}

TEST(gemini_answer, members_of_the_wrong_type_are_as_good_as_none) {
    for (const std::string text :
         {R"({"candidates":1})", R"({"candidates":[1,null,"x",[],{}]})",
          R"({"candidates":[{"content":[],"finishReason":5,"index":-1}]})",
          R"({"candidates":[{"content":{"parts":[1,{"text":2,"thought":"x"},{"functionCall":[]},
              {"functionCall":{"name":1,"args":5,"id":{}}},{"inlineData":{"data":1}}]}}]})",
          R"({"candidates":[{"groundingMetadata":{"groundingSupports":[1,{"segment":5}]},
              "logprobsResult":{"chosenCandidates":[1],"topCandidates":[5]}}]})",
          R"({"usageMetadata":{"promptTokenCount":-5,"totalTokenCount":1e300,
              "promptTokensDetails":[1,{"modality":2,"tokenCount":"x"}]}})"}) {
        EXPECT_TRUE(gemini_answer_body(text)) << text;
    }
}

TEST(gemini_answer, an_error_in_a_success_is_an_error) {
    const auto out = gemini_answer_body(
        R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}})");
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().status, 429);
    EXPECT_THAT(out.error().message, HasSubstr("GeminiException - RESOURCE_EXHAUSTED - slow down"));
    EXPECT_FALSE(gemini_answer_body(R"({"candidates":[],"error":"broken"})"));
    EXPECT_TRUE(gemini_answer_body(R"({"candidates":[],"error":{}})"));
    EXPECT_TRUE(gemini_answer_body(R"({"candidates":[],"error":null})"));
}

} // namespace gemini_answer_test
} // namespace llm_proxy::providers
