#include "llm_proxy/dialects/messages_answer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::dialects {
namespace messages_answer_test {

using nlohmann::json;

/// The message for a completion's message; for an error its text.
json answer(const std::string& message, const std::string& finish = "stop",
            const std::string& usage = "{}") {
    const auto made = message_of_chat(
        document::parse(R"({"id":"c","model":"m","choices":[{"message":)" + message +
                        R"(,"finish_reason":")" + finish + R"("}],"usage":)" + usage + "}"),
        {{"short", "the long name"}});
    return made ? json::parse(made->dump()) : json(made.error().message);
}

TEST(messages_answer, a_completion_becomes_a_message) {
    EXPECT_EQ(answer(R"({"role":"assistant","content":"Hi","reasoning_content":"hm","tool_calls":[
        {"id":"functions.f:0","type":"function","function":{"name":"short","arguments":
        "{\"a\": 1}"}},{"id":"c2","function":{"name":"g","arguments":" "}},
        {"id":"","function":{"name":"h","arguments":{"b":2}}}]})",
                     "tool_calls",
                     R"({"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,
        "prompt_tokens_details":{"cached_tokens":4,"cache_creation_tokens":2}})"),
              json::parse(R"({"id":"c","type":"message","role":"assistant","model":"m",
        "stop_sequence":null,"stop_reason":"tool_use","stop_details":null,
        "usage":{"input_tokens":6,"output_tokens":5,"cache_read_input_tokens":4,
            "cache_creation_input_tokens":2},
        "content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Hi"},
        {"type":"tool_use","id":"functions_f_0","name":"the long name","input":{"a":1}},
        {"type":"tool_use","id":"c2","name":"g","input":{}},
        {"type":"tool_use","id":"tool_use_id","name":"h","input":{"b":2}}]})"));
}

TEST(messages_answer, thoughts) {
    const auto thoughts = [](const std::string& members) {
        return answer(R"({"content":null,)" + members + "}")["content"];
    };
    EXPECT_EQ(thoughts(R"("thinking_blocks":[{"type":"thinking","thinking":"h","signature":"s"},
        {"type":"thinking","thinking":""},{"type":"redacted_thinking","data":"d"},7],
        "reasoning_content":"h")"),
              json::parse(R"([{"type":"thinking","thinking":"h","signature":"s"},
        {"type":"redacted_thinking","data":"d"}])"));
    EXPECT_EQ(thoughts(R"("reasoning":"r")"),
              json::parse(R"([{"type":"thinking","thinking":"r","signature":""}])"));
    EXPECT_EQ(thoughts(R"("x":1)"), json::array());
}

TEST(messages_answer, texts) {
    EXPECT_EQ(answer(R"({"content":""})")["content"],
              json::parse(R"([{"type":"text","text":""}])"));
    EXPECT_EQ(answer(R"({"content":[{"type":"text","text":"a"},{"text":"b"}]})")["content"],
              json::parse(R"([{"type":"text","text":"ab"}])"));
    EXPECT_EQ(answer(R"({"content":"x","annotations":[{"type":"url_citation","url_citation":{
        "url":"http://u","title":"T","start_index":0}},{"type":"file"}]})")["content"],
              json::parse(R"([{"type":"text","text":"x","citations":[
        {"type":"web_search_result_location","url":"http://u","title":"T","cited_text":"",
         "encrypted_index":""}]}])"));
}

TEST(messages_answer, signatures_are_in_the_id_too) {
    const json call = answer(R"({"tool_calls":[{"id":"c__thought__+/8=","function":{"name":"f",
        "arguments":"{}"},"provider_specific_fields":{"thought_signature":"+/8="}},
        {"id":"d__thought__???","function":{"name":"f","provider_specific_fields":
        {"thought_signature":"x"}}}]})")["content"];
    EXPECT_EQ(call, json::parse(R"([{"type":"tool_use","id":"c__thought__-_8","name":"f",
        "input":{},"provider_specific_fields":{"signature":"+/8="}},
        {"type":"tool_use","id":"d","name":"f","input":{},
        "provider_specific_fields":{"signature":"x"}}])"));
}

TEST(messages_answer, an_end_has_a_reason) {
    EXPECT_EQ(answer(R"({"content":"x"})")["stop_reason"], json("end_turn"));
    EXPECT_EQ(answer(R"({"content":"x"})", "eos")["stop_reason"], json("end_turn"));
    EXPECT_EQ(answer(R"({"content":"x"})", "length")["stop_reason"], json("max_tokens"));
    EXPECT_EQ(answer(R"({"content":"x"})", "function_call")["stop_reason"], json("tool_use"));
    const json filtered = answer(R"({"content":"x"})", "content_filter");
    EXPECT_EQ(filtered["stop_reason"], json("refusal"));
    EXPECT_EQ(filtered["stop_details"],
              json::parse(R"({"type":"refusal","category":null,"explanation":null})"));
    const json refused = answer(R"({"content":null,"refusal":"no"})");
    EXPECT_EQ(refused["content"], json::parse(R"([{"type":"text","text":"no"}])"));
    EXPECT_EQ(refused["stop_details"]["explanation"], json("no"));
    EXPECT_EQ(answer(R"({"refusal":"no"})", "length")["stop_reason"], json("max_tokens"));
}

TEST(messages_answer, arguments_that_are_no_json) {
    const std::string message =
        R"({"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\":"}}]})";
    EXPECT_EQ(answer(message, "tool_calls"),
              json("Failed to parse tool call arguments for tool 'f': they are no JSON."));
    EXPECT_EQ(answer(message, "length")["content"][0]["input"], json::object());
}

TEST(messages_answer, what_is_no_completion) {
    for (const std::string text :
         {"{}", "[]", R"({"choices":[]})", R"({"choices":[{}]})", R"({"choices":[{"message":7}]})"})
        EXPECT_FALSE(message_of_chat(document::parse(text), {})) << text;
}

TEST(messages_answer, usage) {
    const auto usage = [](const std::string& text) {
        const document given = document::parse(text);
        return messages_usage(&given).dump();
    };
    EXPECT_EQ(messages_usage(nullptr).dump(), R"({"input_tokens":0,"output_tokens":0})");
    EXPECT_EQ(usage("7"), R"({"input_tokens":0,"output_tokens":0})");
    EXPECT_EQ(usage(R"({"prompt_tokens":3,"completion_tokens":-1,"cache_read_input_tokens":5})"),
              R"({"input_tokens":0,"output_tokens":0,"cache_read_input_tokens":5})");
    EXPECT_EQ(
        usage(R"({"prompt_tokens":3,"server_tool_use":{"web_search_requests":2}})"),
        R"({"input_tokens":3,"output_tokens":0,"server_tool_use":{"web_search_requests":2}})");
}

TEST(messages_answer, errors) {
    EXPECT_EQ(messages_error_json(error(429, "throttling_error", "slow \"down\"")),
              R"({"type":"error","error":{"type":"rate_limit_error","message":"slow \"down\""}})");
    EXPECT_EQ(messages_error_json(error(503, "", "x"), "id"),
              R"({"type":"error","error":{"type":"api_error","message":"x",)"
              R"("litellm_call_id":"id"}})");
    const auto type = [](int status) {
        return json::parse(messages_error_json(error(status, "", "x")))["error"]["type"];
    };
    EXPECT_EQ(type(400), json("invalid_request_error"));
    EXPECT_EQ(type(401), json("authentication_error"));
    EXPECT_EQ(type(403), json("permission_error"));
    EXPECT_EQ(type(404), json("not_found_error"));
    EXPECT_EQ(type(413), json("request_too_large"));
    EXPECT_EQ(type(529), json("overloaded_error"));
}

} // namespace messages_answer_test
} // namespace llm_proxy::dialects
