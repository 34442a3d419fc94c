#include "llm_proxy/dialects/messages_request.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::dialects {
namespace messages_request_test {

using nlohmann::json;

/// The chat for a request; for a refusal its text.
json chat(const std::string& request, std::string_view model = "gpt-4.1") {
    tool_name_map names;
    const auto made = chat_of_messages(document::parse(request), messages_model(model), names);
    return made ? json::parse(made->dump()) : json(made.error().message);
}

/// The chat for further members beside a plain message.
json chat_with(const std::string& members, std::string_view model = "gpt-4.1") {
    json out = chat(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}", model);
    if (out.is_object())
        out.erase("messages");
    return out;
}

/// A chat's messages for those of a request.
json messages(const std::string& list, std::string_view model = "gpt-4.1") {
    const json out = chat(R"({"messages":)" + list + "}", model);
    return out.is_object() ? out["messages"] : out;
}

json user(const std::string& blocks, std::string_view model = "gpt-4.1") {
    return messages(R"([{"role":"user","content":)" + blocks + "}]", model);
}

json assistant(const std::string& blocks, std::string_view model = "gpt-4.1") {
    return messages(R"([{"role":"assistant","content":)" + blocks + "}]", model)[0];
}

TEST(messages_request, what_both_know_passes) {
    EXPECT_EQ(chat(R"({"model":"m","max_tokens":5,"system":"sys","stream":true,"top_k":3,
        "messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yes"}],
        "temperature":0.5,"top_p":null,"stop_sequences":["a"],"metadata":{"user_id":"u"},
        "litellm_metadata":{"k":1},"timeout":7,"service_tier":"auto","container":"c"})"),
              json::parse(R"({"model":"m","max_tokens":5,"stream":true,"top_k":3,
        "stream_options":{"include_usage":true},"temperature":0.5,"stop":["a"],"user":"u",
        "metadata":{"k":1},"timeout":7,"messages":[{"role":"system","content":"sys"},
        {"role":"user","content":"hi"},{"role":"assistant","content":"yes"}]})"));
}

TEST(messages_request, system_blocks) {
    const std::string request = R"({"system":[{"type":"text","text":"a"},{"type":"text","text":" "},
        {"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"image"}],
        "messages":[{"role":"user","content":"x"},{"role":"system","content":"now"}]})";
    EXPECT_EQ(chat(request)["messages"], json::parse(R"([{"role":"system","content":[
        {"type":"text","text":"a"},{"type":"text","text":"b"}]},
        {"role":"user","content":"x"},{"role":"system","content":"now"}])"));
    for (const std::string_view model : {"gemini-2.5-pro", "anthropic/claude-5"})
        EXPECT_EQ(
            chat(request, model)["messages"][0]["content"][1],
            json::parse(R"({"type":"text","text":"b","cache_control":{"type":"ephemeral"}})"));
}

TEST(messages_request, media) {
    EXPECT_EQ(user(R"([{"type":"text","text":"see"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aa"}},
        {"type":"image","source":{"type":"url","url":"http://x/y"}},
        {"type":"image","source":{"type":"file","file_id":"f1"}},
        {"type":"image","source":{"type":"base64"}},
        {"type":"document","source":{"type":"base64","data":"bb"},"title":"t.pdf"},
        {"type":"document","source":{"type":"base64","media_type":"image/png","data":"cc"}},
        {"type":"document","source":{"type":"url","url":"http://x/z"}},
        {"type":"document","source":{"type":"text","data":"plain"}},
        {"type":"document","source":{"type":"content","content":"inner"}},
        {"type":"document","source":{"type":"content","content":[{"type":"text","text":"t"},
            {"type":"image","source":{"type":"url","url":"http://x/i"}}]}},
        {"type":"document","source":{"type":"file","file_id":"f2"}},
        {"type":"search_result","title":"T","source":"http://s","content":[{"text":"found"}]},
        {"type":"container_upload"}])"),
              json::parse(R"([{"role":"user","content":[{"type":"text","text":"see"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,aa"}},
        {"type":"image_url","image_url":{"url":"http://x/y"}},
        {"type":"file","file":{"file_id":"f1"}},
        {"type":"file","file":{"filename":"t.pdf","file_data":"data:application/pdf;base64,bb"}},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,cc"}},
        {"type":"file","file":{"filename":"document.pdf","file_data":"http://x/z"}},
        {"type":"text","text":"plain"},{"type":"text","text":"inner"},{"type":"text","text":"t"},
        {"type":"image_url","image_url":{"url":"http://x/i"}},
        {"type":"file","file":{"file_id":"f2"}},
        {"type":"text","text":"T\nhttp://s\nfound"}]}])"));
}

TEST(messages_request, results_of_tools_come_first) {
    EXPECT_EQ(user(R"([{"type":"text","text":"go on"},
        {"type":"tool_result","tool_use_id":"a","content":"yes"},
        {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"one"}]},
        {"type":"tool_result","tool_use_id":"c","content":["x",{"type":"image",
            "source":{"type":"url","url":"http://x/i"}},{"type":"other"},7]},
        {"type":"tool_result","tool_use_id":"d"}])"),
              json::parse(R"([{"role":"tool","tool_call_id":"a","content":"yes"},
        {"role":"tool","tool_call_id":"b","content":"one"},
        {"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"x"},
            {"type":"image_url","image_url":{"url":"http://x/i"}}]},
        {"role":"tool","tool_call_id":"d","content":""},
        {"role":"user","content":[{"type":"text","text":"go on"}]}])"));
}

TEST(messages_request, marks_of_the_cache_stay_where_they_are_read) {
    const std::string blocks = R"([{"type":"tool_result","tool_use_id":"a","content":"r",
        "cache_control":{"type":"ephemeral"}},{"type":"image","source":{"type":"url","url":"u"},
        "cache_control":{"type":"ephemeral"}}])";
    EXPECT_EQ(user(blocks, "gemini-3")[0]["cache_control"], json({{"type", "ephemeral"}}));
    EXPECT_EQ(user(blocks, "gemini-3")[1]["content"][0]["cache_control"],
              json({{"type", "ephemeral"}}));
    EXPECT_EQ(user(blocks).dump().find("cache_control"), std::string::npos);
}

TEST(messages_request, an_assistant_with_calls_and_thoughts) {
    const std::string blocks = R"([{"type":"thinking","thinking":"h","signature":"s"},
        {"type":"redacted_thinking","data":"d"},{"type":"thinking","thinking":"m","signature":""},
        {"type":"text","text":"a"},{"type":"text","text":"b"},
        {"type":"tool_use","id":"t1","name":"f","input":{"x":[1]}},
        {"type":"tool_use","id":"t2","name":"g"},{"type":"server_tool_use","id":"s"}])";
    json expected = json::parse(R"({"role":"assistant","content":"ab","reasoning_content":"h\nm",
        "tool_calls":[
        {"id":"t1","type":"function","function":{"name":"f","arguments":"{\"x\":[1]}"}},
        {"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]})");
    EXPECT_EQ(assistant(blocks), expected);
    expected["thinking_blocks"] = json::parse(R"([{"type":"thinking","thinking":"h",
        "signature":"s"},{"type":"redacted_thinking","data":"d"},
        {"type":"thinking","thinking":"m","signature":""}])");
    EXPECT_EQ(assistant(blocks, "claude-5"), expected);
    EXPECT_EQ(assistant(R"([{"type":"tool_use","id":"t","name":"f","input":{}}])")["content"],
              json());
}

TEST(messages_request, an_assistant_that_says_nothing_is_left_out) {
    EXPECT_EQ(assistant(R"([{"type":"text","text":" "},{"type":"thinking","thinking":""}])"),
              json());
}

TEST(messages_request, marked_texts_of_an_assistant_stay_apart) {
    const std::string blocks = R"([{"type":"text","text":"a"},
        {"type":"text","text":"b","cache_control":{"type":"ephemeral"}}])";
    EXPECT_EQ(assistant(blocks)["content"], json("ab"));
    EXPECT_EQ(assistant(blocks, "claude-5")["content"].size(), 2U);
}

TEST(messages_request, signatures_of_thought_return_to_gemini_alone) {
    const std::string list = R"([{"role":"assistant","content":[{"type":"tool_use",
        "id":"c__thought__-_8","name":"f","input":{},
        "provider_specific_fields":{"signature":"+/8="}}]},{"role":"user","content":[
        {"type":"tool_result","tool_use_id":"c__thought__-_8","content":"r"}]}])";
    const json gemini = messages(list, "gemini-3-pro");
    EXPECT_EQ(gemini[0]["tool_calls"][0]["id"], json("c__thought__+/8="));
    EXPECT_EQ(gemini[0]["tool_calls"][0]["function"]["provider_specific_fields"],
              json({{"thought_signature", "+/8="}}));
    EXPECT_EQ(gemini[1]["tool_call_id"], json("c__thought__+/8="));
    EXPECT_EQ(messages(list), json::parse(R"([{"role":"assistant","content":null,"tool_calls":[
        {"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c","content":"r"}])"));
}

TEST(messages_request, tools) {
    EXPECT_EQ(chat_with(R"("tools":[{"name":"f","description":"d","strict":true,
        "input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"},"defer_loading":true},
        {"type":"custom","name":"g","input_schema":{}},{"name":" "},
        {"type":"function","function":{"name":"h"}},{"googleSearch":{}},
        {"type":"web_search_20250305","name":"web_search"}])"),
              json::parse(R"({"tools":[{"type":"function","function":{"name":"f",
        "description":"d","strict":true,"parameters":{"type":"object"}}},
        {"type":"function","function":{"name":"g","parameters":{}}},
        {"type":"function","function":{"name":"litellm_unnamed_tool_2"}},
        {"type":"function","function":{"name":"h"}},{"googleSearch":{}}],
        "web_search_options":{}})"));
    EXPECT_EQ(chat_with(R"("tools":[{"name":"f","cache_control":{"type":"ephemeral"}}])",
                        "claude-5")["tools"][0]["cache_control"],
              json({{"type", "ephemeral"}}));
    EXPECT_EQ(chat_with(R"("tools":[{"name":"web_search"}],"tool_choice":{"type":"any"})"),
              json::parse(R"({"web_search_options":{}})"));
    EXPECT_EQ(chat_with(R"("tools":[])"), json::object());
}

TEST(messages_request, tool_choice) {
    const auto choice = [](const std::string& given) {
        json out = chat_with(R"("tools":[{"name":"f"}],"tool_choice":)" + given);
        if (out.is_object())
            out.erase("tools");
        return out;
    };
    EXPECT_EQ(choice(R"({"type":"auto"})"), json({{"tool_choice", "auto"}}));
    EXPECT_EQ(choice(R"({"type":"none"})"), json({{"tool_choice", "none"}}));
    EXPECT_EQ(choice(R"({"type":"any","disable_parallel_tool_use":true})"),
              json({{"tool_choice", "required"}, {"parallel_tool_calls", false}}));
    EXPECT_EQ(choice(R"({"type":"tool","name":"f","disable_parallel_tool_use":false})"),
              json::parse(R"({"tool_choice":{"type":"function","function":{"name":"f"}}})"));
    EXPECT_EQ(choice("\"auto\""),
              json("tool_choice.type must be 'auto', 'any', 'tool' or 'none'."));
}

TEST(messages_request, long_names_of_tools_are_shortened) {
    const std::string name(70, 'n');
    const std::string short_name = std::string(55, 'n') + "_2d4c0d9e";
    tool_name_map names;
    const auto made = chat_of_messages(
        document::parse(
            R"({"messages":[{"role":"assistant","content":[{"type":"tool_use","name":")" + name +
            R"("}]}],"tools":[{"name":")" + name + R"("}],"tool_choice":)" +
            R"({"type":"tool","name":")" + name + R"("}})"),
        messages_model("m"), names);
    ASSERT_TRUE(made);
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names.begin()->second, name);
    EXPECT_EQ(names.begin()->first.size(), 64U);
    EXPECT_EQ((*made)["tools"][0]["function"]["name"], names.begin()->first);
    EXPECT_EQ((*made)["tool_choice"]["function"]["name"], names.begin()->first);
    EXPECT_EQ((*made)["messages"][0]["tool_calls"][0]["function"]["name"], names.begin()->first);
    EXPECT_EQ(chat_tool_name(std::string(64, 'n')), std::string(64, 'n'));
}

TEST(messages_request, thinking) {
    const auto effort = [](const std::string& thinking, const std::string& more = "") {
        const json out = chat_with(R"("thinking":)" + thinking + more);
        return out.contains("reasoning_effort") ? out["reasoning_effort"].dump() : out.dump();
    };
    EXPECT_EQ(effort(R"({"type":"enabled","budget_tokens":5000})"), R"("high")");
    EXPECT_EQ(effort(R"({"type":"enabled","budget_tokens":2048})"), R"("medium")");
    EXPECT_EQ(effort(R"({"type":"enabled","budget_tokens":1024})"), R"("low")");
    EXPECT_EQ(effort(R"({"type":"enabled"})"), R"("minimal")");
    EXPECT_EQ(effort(R"({"type":"disabled"})"), R"("none")");
    EXPECT_EQ(effort(R"({"type":"adaptive"})"), R"("medium")");
    EXPECT_EQ(effort(R"({"type":"adaptive"})", R"(,"output_config":{"effort":"max"})"),
              R"("high")");
    EXPECT_EQ(effort(R"({"type":"enabled"})", R"(,"reasoning_effort":"low")"), R"("low")");
    EXPECT_EQ(effort("7"), "{}");
    EXPECT_EQ(chat_with(R"("thinking":{"type":"enabled","budget_tokens":9})", "claude-5"),
              json::parse(R"({"thinking":{"type":"enabled","budget_tokens":9}})"));
    EXPECT_EQ(
        chat_with(R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"})", "claude-5"),
        json::parse(R"({"thinking":{"type":"adaptive"},"reasoning_effort":"low"})"));
}

TEST(messages_request, formats) {
    const std::string schema = R"({"type":"json_schema","schema":{"type":"object","properties":{
        "a":{"type":"array","items":{"type":"object","properties":{}}},
        "b":{"anyOf":[{"type":"object","properties":{"c":{}}},7]}},
        "$defs":{"d":{"type":"object","properties":{"e":{}}}}}})";
    const json expected = json::parse(R"({"response_format":{"type":"json_schema","json_schema":{
        "name":"structured_output","strict":true,"schema":{"type":"object",
        "additionalProperties":false,"required":["a","b"],"properties":{
        "a":{"type":"array","items":{"type":"object","properties":{},"required":[],
            "additionalProperties":false}},
        "b":{"anyOf":[{"type":"object","properties":{"c":{}},"required":["c"],
            "additionalProperties":false},7]}},
        "$defs":{"d":{"type":"object","properties":{"e":{}},"required":["e"],
            "additionalProperties":false}}}}}})");
    EXPECT_EQ(chat_with(R"("output_format":)" + schema), expected);
    EXPECT_EQ(chat_with(R"("output_config":{"format":)" + schema + "}"), expected);
    EXPECT_EQ(chat_with(R"("output_format":{"type":"text"})"), json::object());
}

TEST(messages_request, mistakes_are_told) {
    EXPECT_EQ(chat("{}"), json("messages must be a list."));
    EXPECT_EQ(messages("[]"), json("messages must not be empty."));
    EXPECT_EQ(messages("[7]"),
              json("messages.0.content must be a string or a list of content blocks."));
    EXPECT_EQ(user("{}"), json("messages.0.content must be a string or a list of content blocks."));
    EXPECT_EQ(user("[\"x\"]"), json("messages.0.content.0 must be an object."));
    EXPECT_EQ(messages(R"([{"role":"tool","content":"x"}])"),
              json("messages.0.role must be 'user' or 'assistant'."));
    EXPECT_EQ(chat_with(R"("system":7)"),
              json("system must be a string or a list of content blocks."));
    EXPECT_EQ(chat_with(R"("tools":{})"), json("tools must be a list."));
    EXPECT_EQ(chat_with(R"("tools":[7])"), json("tools.0 must be an object."));
    EXPECT_EQ(chat_with(R"("tools":[{"type":"bash_20250124","name":"bash"}])"),
              json("tools.0: the model does not know tools of type 'bash_20250124': define it as a "
                   "tool of your own, with an input_schema."));
    EXPECT_EQ(chat_with(R"("stop_sequences":"x")"), json("stop_sequences must be a list."));
    EXPECT_EQ(chat_with(R"("mcp_servers":[{}])"),
              json("mcp_servers are not supported for this model."));
}

} // namespace messages_request_test
} // namespace llm_proxy::dialects
