#include "llm_proxy/providers/responses_request.hpp"

#include <gmock/gmock.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace responses_request_test {

constexpr const char* user = R"({"role":"user","content":"hi"})";

/// The body for a chat with these messages and further members.
nlohmann::json asked(const std::string& messages, const std::string& members = "") {
    return copilot_call(R"({"messages":[)" + messages + "]" + members + "}", "gpt-5.3-codex")
        .parsed();
}

nlohmann::json input_of(const std::string& messages) {
    return asked(messages)["input"];
}

/// The refusal's text; the call must be refused as a bad request.
std::string refused(const std::string& text) {
    const copilot_call call(text, "gpt-5.3-codex");
    EXPECT_FALSE(call.went) << text;
    EXPECT_EQ(call.went.error().status, 400);
    return call.sent();
}

TEST(responses_request, a_conversation_becomes_items) {
    const nlohmann::json got = asked(
        R"({"role":"system","content":"S1"},{"role":"system","content":"S2"},)"
        R"({"role":"developer","content":"D"},{"role":"user","content":[{"type":"text","text":"x"},)"
        R"({"type":"image_url","image_url":{"url":"http://x/y.png","detail":"low"}},)"
        R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA"}}]},)"
        R"({"role":"assistant","content":"ok","reasoning_content":"why","tool_calls":[{"id":"call_1",)"
        R"("type":"function","function":{"name":"f","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"call_1","content":"res"},{"role":"system","content":"late"})");
    EXPECT_EQ(got["instructions"], "S1 S2 D");
    EXPECT_EQ(got["input"], nlohmann::json::parse(R"([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"},
            {"type": "input_image", "image_url": "http://x/y.png", "detail": "low"},
            {"type": "input_file", "file_data": "data:application/pdf;base64,AA",
             "filename": "a.pdf"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1",
         "output": [{"type": "input_text", "text": "res"}]},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "late"}]}])"));
}

TEST(responses_request, instructions_alone_become_an_item) {
    const nlohmann::json got = asked(R"({"role":"system","content":"S"})");
    EXPECT_FALSE(got.contains("instructions"));
    EXPECT_EQ(got["input"], nlohmann::json::parse(R"([{"type": "message", "role": "system",
        "content": [{"type": "input_text", "text": "S"}]}])"));
}

TEST(responses_request, odd_contents_keep_their_place) {
    EXPECT_EQ(input_of(R"({"role":"user","content":null},{"role":"assistant","content":""},)"
                       R"({"role":"assistant","content":null},{"role":"user","content":["a",)"
                       R"({"type":"input_text","text":"b"},{"type":"new","text":"c"},)"
                       R"({"type":"image_url","image_url":"http://u"},)"
                       R"({"type":"thinking","thinking":"t"}]})"),
              nlohmann::json::parse(R"([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ""}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": ""}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"},
            {"type": "input_text", "text": "b"}, {"type": "input_text", "text": "c"},
            {"type": "input_image", "image_url": "http://u", "detail": "auto"}]}])"));
}

TEST(responses_request, calls_of_all_kinds_are_given_back) {
    EXPECT_EQ(
        input_of(R"({"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"custom",)"
                 R"("custom":{"name":"c","input":"in"}},{"id":"c2","function":{"name":"f",)"
                 R"("arguments":{"a":1}}},{"id":"c3","function":{"name":"g"}}]},)"
                 R"({"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"x"},)"
                 R"({"type":"image_url","image_url":{"url":"http://a"}}]},)"
                 R"({"role":"tool","tool_call_id":"c2"})"),
        nlohmann::json::parse(R"([
        {"type": "custom_tool_call", "call_id": "c1", "name": "c", "input": "in"},
        {"type": "function_call", "call_id": "c2", "name": "f", "arguments": "{\"a\":1}"},
        {"type": "function_call", "call_id": "c3", "name": "g", "arguments": "{}"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": [
            {"type": "input_text", "text": "x"},
            {"type": "input_image", "image_url": "http://a", "detail": "auto"}]},
        {"type": "function_call_output", "call_id": "c2", "output": []}])"));
}

TEST(responses_request, reasoning_is_given_back) {
    EXPECT_EQ(
        input_of(
            R"({"role":"assistant","content":"t","reasoning_items":[{"id":"rs","type":)"
            R"("reasoning","encrypted_content":"e","summary":[]},{"id":null,"summary":null}]})"),
        nlohmann::json::parse(R"([
        {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "e"},
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "t"}]}])"));
}

TEST(responses_request, what_cannot_be_said_is_a_bad_request) {
    const auto refused_messages = [](const std::string& messages) {
        return refused(R"({"messages":)" + messages + "}");
    };
    EXPECT_EQ(refused_messages("{}"), "'messages' must be a list.");
    EXPECT_EQ(refused("{}"), "'messages' must be a list.");
    EXPECT_EQ(refused_messages("[1]"), "Each of 'messages' must be an object.");
    EXPECT_THAT(refused_messages(R"([{"content":"x"}])"), testing::HasSubstr("role ''"));
    EXPECT_THAT(refused_messages(R"([{"role":"function","content":"x"}])"),
                testing::HasSubstr("role 'function'"));
    EXPECT_EQ(refused_messages(R"([{"role":"tool","content":"x"}])"),
              "Messages of the role 'tool' need a 'tool_call_id'.");
    EXPECT_EQ(refused_messages(R"([{"role":"user","content":7}])"),
              "'content' must be a string or a list of parts.");
    EXPECT_THAT(refused_messages(R"([{"role":"user","content":[{"type":"video"}]}])"),
                testing::HasSubstr("type 'video'"));
    EXPECT_EQ(refused_messages(R"([{"role":"user","content":[{"type":"image_url"}]}])"),
              "'image_url' needs a 'url'.");
    EXPECT_THAT(refused_messages(R"([{"role":"assistant","tool_calls":[{"id":"a"}]}])"),
                testing::HasSubstr("'tool_calls'"));
    EXPECT_THAT(refused(R"({"messages":[],"functions":[{"name":"f"}]})"),
                testing::HasSubstr("'tools'"));
    EXPECT_EQ(refused(R"({"messages":[],"tools":{}})"), "'tools' must be a list.");
}

TEST(responses_request, parameters_have_other_names) {
    nlohmann::json got =
        asked(user, R"(,"max_tokens":30,"reasoning_effort":"low","user":"u","verbosity":"low",)"
                    R"("response_format":{"type":"json_schema","json_schema":{"name":"n",)"
                    R"("schema":{"type":"object"},"strict":true}},"parallel_tool_calls":false,)"
                    R"("temperature":0.5,"top_p":0.9,"service_tier":"flex","store":false,)"
                    R"("prompt_cache_key":"k","stop":["a"],"n":2,"seed":3,"foo":"bar",)"
                    R"("presence_penalty":1,"logprobs":true,"metadata":{"a":"b"},)"
                    R"("stream_options":{"include_usage":true})");
    got.erase("input");
    EXPECT_EQ(got, nlohmann::json::parse(R"({"model": "gpt-5.3-codex", "max_output_tokens": 30,
        "reasoning": {"effort": "low"}, "user": "u", "parallel_tool_calls": false,
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"},
                            "strict": true}, "verbosity": "low"},
        "temperature": 0.5, "top_p": 0.9, "service_tier": "flex", "store": false,
        "prompt_cache_key": "k", "stream": false})"));
}

TEST(responses_request, newer_names_win_and_own_ones_pass) {
    const nlohmann::json got =
        asked(user, R"(,"max_tokens":1,"max_completion_tokens":7,"text":{"format":)"
                    R"({"type":"text"},"verbosity":"high"},"response_format":)"
                    R"({"type":"json_object"},"extra_body":{"truncation":"auto",)"
                    R"("include":["reasoning.encrypted_content"],"zip":1},)"
                    R"("reasoning_effort":{"effort":"high","summary":"auto"},)"
                    R"("stream_options":{"include_obfuscation":false})");
    EXPECT_EQ(got["max_output_tokens"], 7);
    EXPECT_EQ(got["text"],
              nlohmann::json::parse(R"({"format":{"type":"json_object"},"verbosity":"high"})"));
    EXPECT_EQ(got["truncation"], "auto");
    EXPECT_EQ(got["include"], nlohmann::json::parse(R"(["reasoning.encrypted_content"])"));
    EXPECT_EQ(got["reasoning"], nlohmann::json::parse(R"({"effort":"high","summary":"auto"})"));
    EXPECT_EQ(got["stream_options"], nlohmann::json::parse(R"({"include_obfuscation":false})"));
    EXPECT_FALSE(got.contains("zip"));
}

TEST(responses_request, a_user_has_at_most_64_characters) {
    std::string name;
    for (int i = 0; i < 70; ++i)
        name += "ü";
    EXPECT_EQ(asked(user, R"(,"user":")" + name + '"')["user"], name.substr(0, 128));
}

TEST(responses_request, formats_are_unwrapped) {
    const auto format = [](const std::string& text) {
        const nlohmann::json got = asked(user, R"(,"response_format":)" + text);
        return got.contains("text") ? got["text"]["format"].dump() : "none";
    };
    EXPECT_EQ(format(R"({"type":"json_schema","json_schema":{}})"),
              R"({"name":"response_schema","schema":{},"strict":false,"type":"json_schema"})");
    EXPECT_EQ(format(R"({"type":"text"})"), R"({"type":"text"})");
    for (const std::string text :
         {"{}", R"("nlohmann::json")", R"({"type":"json_schema"})", R"({"type":"x"})"})
        EXPECT_EQ(format(text), "none");
}

TEST(responses_request, tools_are_unwrapped) {
    const nlohmann::json got = asked(
        user, R"(,"tools":[{"type":"function","function":{"name":"f","description":"d",)"
              R"("parameters":{"type":"object"},"strict":true}},{"type":"function","function":)"
              R"({"name":"g"}},{"type":"custom","custom":{"name":"c","format":{"type":"grammar",)"
              R"("grammar":{"syntax":"lark","definition":"x"}}}},{"type":"web_search"}])");
    EXPECT_EQ(got["tools"], nlohmann::json::parse(R"([
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"},
         "strict": true},
        {"type": "function", "name": "g", "parameters": null, "strict": false},
        {"type": "custom", "name": "c",
         "format": {"type": "grammar", "syntax": "lark", "definition": "x"}},
        {"type": "web_search"}])"));
}

TEST(responses_request, a_choice_of_tools_is_unwrapped) {
    const auto choice = [](const std::string& text) {
        return asked(user, R"(,"tool_choice":)" + text)["tool_choice"].dump();
    };
    EXPECT_EQ(choice(R"("required")"), R"("required")");
    EXPECT_EQ(choice(R"({"type":"auto"})"), R"("auto")");
    EXPECT_EQ(choice(R"({"type":"function","function":{"name":"f"}})"),
              R"({"name":"f","type":"function"})");
    EXPECT_EQ(choice(R"({"type":"custom","custom":{"name":"f"}})"),
              R"({"name":"f","type":"custom"})");
    EXPECT_EQ(choice(R"({"type":"function","name":"f"})"), R"({"name":"f","type":"function"})");
}

TEST(responses_request, the_deployment_adds_its_own) {
    auto params = copilot_params("gpt-5.3-codex");
    params.defaults = {{"reasoning_effort", R"("low")"}, {"max_tokens", "5"}};
    params.extra_body = {{"zip", "1"}, {"max_tokens", "6"}};
    const copilot_call call(R"({"messages":[],"reasoning_effort":"high"})", deploy(params));
    EXPECT_EQ(call.parsed(),
              nlohmann::json::parse(R"({"model": "gpt-5.3-codex", "input": [], "zip": 1,
        "reasoning": {"effort": "high"}, "max_output_tokens": 6, "stream": false})"));
}

} // namespace responses_request_test
} // namespace llm_proxy::providers
