#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::dialects {
namespace responses_request_test {

using nlohmann::json;
using testing::HasSubstr;

result<std::string> translate(const std::string& request) {
    return make_dialect(model::call_type::response, {})->request(request);
}

json chat_of(const std::string& request) {
    const auto chat = translate(request);
    EXPECT_TRUE(chat) << request;
    return chat ? json::parse(*chat) : json();
}

/// The messages for these items.
json messages_of(const std::string& items) {
    return chat_of(R"({"input":[)" + items + "]}")["messages"];
}

std::string refusal_of(const std::string& request) {
    const auto chat = translate(request);
    EXPECT_FALSE(chat) << request;
    EXPECT_TRUE(chat || chat.error().status == 400);
    return chat ? std::string() : chat.error().message;
}

TEST(responses_request, every_type_that_can_be_a_chat_has_its_dialect) {
    EXPECT_NE(make_dialect(model::call_type::response, {}), nullptr);
    EXPECT_EQ(make_dialect(model::call_type::chat_completion, {}), nullptr);
    for (std::size_t i = 0; i < model::call_type_count; ++i) {
        const auto type = static_cast<model::call_type>(i);
        EXPECT_EQ(model::can_be_chat(type), make_dialect(type, {}) != nullptr) << i;
    }
}

TEST(responses_request, a_text_and_instructions_become_two_messages) {
    EXPECT_EQ(chat_of(R"({"model":"m","input":"hi","instructions":"be kind","max_output_tokens":20,
        "reasoning":{"effort":"low","summary":"auto"},"temperature":0.5,"top_p":1,"user":"u"})"),
              json::parse(R"({"model":"m","messages":[{"role":"system","content":"be kind"},
        {"role":"user","content":"hi"}],"max_tokens":20,"reasoning_effort":"low","temperature":0.5,
        "top_p":1,"user":"u"})"));
}

TEST(responses_request, what_says_how_an_answer_is_kept_stays_and_what_is_unknown_passes) {
    EXPECT_EQ(
        chat_of(
            R"({"input":"hi","store":true,"include":["reasoning.encrypted_content"],"seed":null,
        "truncation":"auto","max_tool_calls":3,"background":false,"previous_response_id":null,
        "metadata":{"a":"b"},"drop_params":true,"top_k":4,"stream_options":{"include_obfuscation":true},
        "service_tier":"flex"})"),
        json::parse(R"({"messages":[{"role":"user","content":"hi"}],"metadata":{"a":"b"},
        "drop_params":true,"top_k":4,"service_tier":"flex"})"));
}

TEST(responses_request, a_stream_asks_for_its_usage) {
    const json chat = chat_of(R"({"input":"hi","stream":true})");
    EXPECT_EQ(chat["stream"], true);
    EXPECT_EQ(chat["stream_options"], json::parse(R"({"include_usage":true})"));
    EXPECT_FALSE(chat_of(R"({"input":"hi","stream":false})").contains("stream_options"));
}

TEST(responses_request, parts_become_blocks) {
    EXPECT_EQ(messages_of(R"({"role":"user","content":[{"type":"input_text","text":"what?"},
        {"type":"input_image","image_url":"data:image/png;base64,QQ==","detail":"low"},
        {"type":"input_image","image_url":{"url":"https://x/y.png"}},
        {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,QQ=="},
        {"type":"input_file","file_url":"https://x/z.pdf"},
        {"type":"input_audio","input_audio":{"data":"QQ==","format":"wav"}}]})"),
              json::parse(R"([{"role":"user","content":[{"type":"text","text":"what?"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,QQ==","detail":"low"}},
        {"type":"image_url","image_url":{"url":"https://x/y.png"}},
        {"type":"file","file":{"file_data":"data:application/pdf;base64,QQ==","filename":"a.pdf"}},
        {"type":"file","file":{"file_id":"https://x/z.pdf"}},
        {"type":"input_audio","input_audio":{"data":"QQ==","format":"wav"}}]}])"));
}

TEST(responses_request, marks_of_caching_stay) {
    EXPECT_EQ(messages_of(R"({"role":"system","content":[{"type":"input_text","text":"long",
        "cache_control":{"type":"ephemeral"}}]})"),
              json::parse(R"([{"role":"system","content":[{"type":"text","text":"long",
        "cache_control":{"type":"ephemeral"}}]}])"));
}

TEST(responses_request, a_turn_of_the_assistant_is_one_message) {
    EXPECT_EQ(messages_of(R"({"role":"user","content":"weather?"},
        {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hmm"},
            {"type":"summary_text","text":"so"}]},
        {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[
            {"type":"output_text","text":"I'll look","annotations":[]},
            {"type":"refusal","refusal":"."}]},
        {"type":"function_call","id":"fc_1","call_id":"call_1__thought__c2ln","name":"get",
            "arguments":"{\"a\":1}"},
        {"type":"function_call","call_id":"call_2","name":"get","arguments":"{}"},
        {"type":"web_search_call","id":"ws_1"},
        {"type":"function_call_output","call_id":"call_1__thought__c2ln","output":"sun"},
        {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text",
            "text":"rain"}]},
        {"role":"user","content":"thanks"})"),
              json::parse(R"([{"role":"user","content":"weather?"},
        {"role":"assistant","content":"I'll look.","reasoning_content":"hmm\n\nso","tool_calls":[
            {"id":"call_1__thought__c2ln","type":"function",
             "function":{"name":"get","arguments":"{\"a\":1}"}},
            {"id":"call_2","type":"function","function":{"name":"get","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"call_1__thought__c2ln","content":"sun"},
        {"role":"tool","tool_call_id":"call_2","content":"rain"},
        {"role":"user","content":"thanks"}])"));
}

TEST(responses_request, what_is_said_after_calls_does_not_part_them_from_their_results) {
    EXPECT_EQ(messages_of(R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
        {"role":"assistant","content":"calling"},{"role":"assistant","content":" now"},
        {"type":"function_call_output","call_id":"c","output":{"n":1}})"),
              json::parse(R"([{"role":"assistant","content":"calling now","tool_calls":[
        {"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c","content":"{\"n\":1}"}])"));
    EXPECT_EQ(
        messages_of(R"({"role":"assistant","content":"a"},{"role":"assistant","content":"b"})"),
        json::parse(R"([{"role":"assistant","content":"a"},
                              {"role":"assistant","content":"b"}])"));
}

TEST(responses_request, results_with_images_keep_them) {
    EXPECT_EQ(messages_of(R"({"type":"function_call_output","call_id":"c","output":[
        {"type":"input_text","text":"see"},{"type":"input_image","image_url":"https://x/y"}]})"),
              json::parse(R"([{"role":"tool","tool_call_id":"c","content":[
        {"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"https://x/y"}}]}])"));
}

TEST(responses_request, tools_get_a_chats_form) {
    EXPECT_EQ(chat_of(R"({"input":"hi","parallel_tool_calls":false,
        "tool_choice":{"type":"function","name":"f"},"tools":[
        {"type":"function","name":"f","description":"d","parameters":{"properties":{}},
         "strict":true},
        {"type":"web_search_preview","search_context_size":"low",
         "user_location":{"type":"approximate","country":"TW","city":null}},
        {"googleSearch":{}}]})"),
              json::parse(R"({"messages":[{"role":"user","content":"hi"}],
        "parallel_tool_calls":false,"tool_choice":{"type":"function","function":{"name":"f"}},
        "tools":[{"type":"function","function":{"name":"f","description":"d",
            "parameters":{"properties":{},"type":"object"},"strict":true}},{"googleSearch":{}}],
        "web_search_options":{"search_context_size":"low",
            "user_location":{"type":"approximate","approximate":{"country":"TW"}}}})"));
}

TEST(responses_request, a_tool_of_free_text_is_a_function_of_one_text) {
    const json chat = chat_of(R"({"input":[
        {"type":"custom_tool_call","call_id":"c","name":"patch","input":"*** \"x\""},
        {"type":"custom_tool_call_output","call_id":"c","output":"ok"}],
        "tools":[{"type":"custom","name":"patch","description":"Edits.",
        "format":{"type":"grammar","syntax":"lark","definition":"start: x"}}]})");
    EXPECT_EQ(chat["messages"][0]["tool_calls"][0]["function"]["arguments"],
              R"({"content":"*** \"x\""})");
    const json& function = chat["tools"][0]["function"];
    EXPECT_EQ(function["parameters"]["required"], json::array({"content"}));
    EXPECT_THAT(function["description"].get<std::string>(), HasSubstr("(lark):\nstart: x"));
}

TEST(responses_request, choices_without_tools_stay_and_words_pass) {
    EXPECT_FALSE(chat_of(R"({"input":"hi","tool_choice":"auto","parallel_tool_calls":true,
        "tools":[]})")
                     .contains("tool_choice"));
    const std::string tools = R"("tools":[{"type":"function","name":"f"}],)";
    const auto choice = [&](const std::string& text) {
        return chat_of(R"({"input":"hi",)" + tools + R"("tool_choice":)" + text +
                       "}")["tool_choice"];
    };
    EXPECT_EQ(choice(R"("required")"), "required");
    EXPECT_EQ(choice(R"({"type":"none"})"), "none");
    EXPECT_EQ(choice(R"({"type":"allowed_tools","mode":"required","tools":[]})"), "required");
}

TEST(responses_request, formats_of_the_answer) {
    EXPECT_EQ(chat_of(R"({"input":"hi","text":{"verbosity":"low","format":{"type":"json_schema",
        "name":"n","strict":true,"schema":{"type":"object"}}}})"),
              json::parse(R"({"messages":[{"role":"user","content":"hi"}],"verbosity":"low",
        "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
        "schema":{"type":"object"}}}})"));
    EXPECT_EQ(
        chat_of(R"({"input":"x","text":{"format":{"type":"json_object"}}})")["response_format"],
        json::parse(R"({"type":"json_object"})"));
    EXPECT_FALSE(
        chat_of(R"({"input":"x","text":{"format":{"type":"text"}}})").contains("response_format"));
}

TEST(responses_request, refuses_what_needs_a_keeper_of_responses) {
    EXPECT_THAT(refusal_of(R"({"input":"x","previous_response_id":"resp_1"})"),
                HasSubstr("Send the whole conversation as `input`"));
    for (const char* member :
         {R"("conversation":"c")", R"("prompt":{"id":"p"})", R"("background":true)"}) {
        refusal_of(R"({"input":"x",)" + std::string(member) + "}");
    }
    EXPECT_THAT(refusal_of(R"({"input":[{"type":"item_reference","id":"msg_1"}]})"),
                HasSubstr("send the item itself"));
}

TEST(responses_request, refuses_what_has_no_place_in_a_chat) {
    EXPECT_THAT(refusal_of(R"({"input":"x","tools":[{"type":"code_interpreter"}]})"),
                HasSubstr("'code_interpreter'"));
    for (const char* item :
         {"7", R"({"type":"computer_call"})", R"({"role":"robot","content":"x"})",
          R"({"role":"user"})", R"({"role":"user","content":[{"type":"input_video"}]})",
          R"({"role":"user","content":[{"type":"input_image","file_id":"file-1"}]})",
          R"({"type":"function_call","name":"f"})", R"({"type":"function_call_output"})"}) {
        EXPECT_NE(refusal_of(R"({"input":[)" + std::string(item) + "]}"), "") << item;
    }
    for (
        const char* request :
        {R"({"input":7})", R"({"input":"x","instructions":[]})", R"({"input":"x","tools":{}})",
         R"({"input":"x","tools":[5]})", R"({"input":"x","tools":[{"type":"function"}]})",
         R"({"input":"x","tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"mcp"}})"}) {
        EXPECT_NE(refusal_of(request), "") << request;
    }
}

} // namespace responses_request_test
} // namespace llm_proxy::dialects
