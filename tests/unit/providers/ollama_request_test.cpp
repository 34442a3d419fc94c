#include "llm_proxy/providers/ollama_messages.hpp"
#include "llm_proxy/providers/ollama_request.hpp"

#include <gtest/gtest.h>

#include "providers/ollama_test_support.hpp"

namespace llm_proxy::providers {
namespace ollama_request_test {

const auto chat_target = [] { return ollama_at_home("ollama_chat/llama3.1"); };
const auto generate_target = [] { return ollama_at_home("ollama/llama3.1"); };

document chat(const std::string& members, const std::string& model = "llama3.1") {
    return request_of(R"({"model":"group","messages":[],)" + members + "}",
                      *ollama_at_home("ollama_chat/" + model));
}

/// The messages of a chat request.
std::string messages(const std::string& list) {
    return request_of(R"({"messages":)" + list + "}", *chat_target())["messages"].dump();
}

std::string refusal(const std::string& body, const model::deployment& target,
                    model::call_type type = model::call_type::chat_completion) {
    inbound_call call;
    call.type = type;
    return body_of(body, target, call);
}

TEST(ollama_request, a_chat_has_everything_in_its_place) {
    const document sent =
        chat(R"("max_tokens":9,"temperature":0.1,"top_p":0.5,"seed":3,"stop":["X"],)"
             R"("frequency_penalty":0.4,"presence_penalty":0.2,"num_ctx":4096,"keep_alive":"5m",)"
             R"("user":"u","n":2,"logprobs":true,"stream_options":{},"parallel_tool_calls":true)");
    EXPECT_EQ(sent, document::parse(
                        R"({"model":"llama3.1","messages":[],"stream":false,"options":{)"
                        R"("temperature":0.1,"top_p":0.5,"seed":3,"frequency_penalty":0.4,)"
                        R"("num_ctx":4096,"num_predict":9,"stop":["X"]},"keep_alive":"5m"})"));
}

TEST(ollama_request, streams_where_the_client_does) {
    inbound_call call;
    call.stream = true;
    EXPECT_EQ(request_of(R"({"messages":[]})", *chat_target(), call)["stream"], true);
    EXPECT_EQ(request_of(R"({"messages":[]})", *generate_target(), call)["stream"], true);
}

TEST(ollama_request, options_of_every_origin) {
    EXPECT_EQ(chat(R"("stop":"X")")["options"], document::parse(R"({"stop":["X"]})"));
    EXPECT_EQ(chat(R"("max_tokens":1,"max_completion_tokens":2)")["options"],
              document::parse(R"({"num_predict":2})"));
    EXPECT_EQ(chat(R"("options":{"num_gpu":1,"seed":1},"seed":2)")["options"],
              document::parse(R"({"num_gpu":1,"seed":2})"));
    auto params = params_for("ollama_chat/m");
    params.defaults = {{"temperature", "0.5"}, {"num_ctx", "8192"}};
    params.extra_body = {{"keep_alive", "-1"}};
    const document sent =
        request_of(R"({"messages":[],"temperature":1,"keep_alive":"5m"})", *deploy(params));
    EXPECT_EQ(sent["options"], document::parse(R"({"temperature":1,"num_ctx":8192})"));
    EXPECT_EQ(sent["keep_alive"], -1);
}

TEST(ollama_request, answers_in_a_form) {
    EXPECT_EQ(chat(R"("response_format":{"type":"json_object"})")["format"], "json");
    EXPECT_FALSE(chat(R"("response_format":{"type":"text"})").contains("format"));
    EXPECT_EQ(chat(R"("response_format":{"type":"json_schema","json_schema":{"name":"x","schema":)"
                   R"({"b":1,"a":2}}})")["format"]
                  .dump(),
              R"({"b":1,"a":2})");
    EXPECT_EQ(chat(R"("format":"json")")["format"], "json");
    for (const std::string wrong :
         {R"({"type":"json_schema"})", R"({"type":"json_schema","json_schema":3})",
          R"({"type":"json_schema","json_schema":{"schema":"x"}})", R"({})", R"("json")"})
        EXPECT_TRUE(refusal(R"({"messages":[],"response_format":)" + wrong + "}", *chat_target())
                        .starts_with("'response_format."));
}

TEST(ollama_request, effort_becomes_thinking) {
    for (const std::string effort : {"low", "medium", "high", "xhigh"})
        EXPECT_EQ(chat(R"("reasoning_effort":")" + effort + "\"")["think"], true);
    for (const std::string effort : {"none", "minimal", "disable"})
        EXPECT_EQ(chat(R"("reasoning_effort":")" + effort + "\"")["think"], false);
    EXPECT_EQ(chat(R"("reasoning_effort":"low")", "gpt-oss:20b")["think"], "low");
    EXPECT_EQ(chat(R"("reasoning_effort":{"effort":"high"})")["think"], true);
    EXPECT_EQ(chat(R"("reasoning_effort":"low","think":false)")["think"], false);
    EXPECT_FALSE(chat(R"("reasoning_effort":3)").contains("think"));
}

TEST(ollama_request, messages_are_texts_with_images_beside_them) {
    EXPECT_EQ(messages(R"([{"role":"system","content":"s"},{"role":"user","content":[{"type":)"
                       R"("text","text":"a"},{"type":"image_url","image_url":{"url":)"
                       R"("data:image/png;base64,iVBO"}},{"type":"text","text":"b"},)"
                       R"({"type":"image_url","image_url":"data:image/jpeg;base64,/9j/"}]}])"),
              R"([{"role":"system","content":"s","images":[]},)"
              R"({"role":"user","content":"ab","images":["iVBO","/9j/"]}])");
    EXPECT_EQ(messages(R"([{"role":"developer","content":"d"},{"role":"user"}])"),
              R"([{"role":"system","content":"d","images":[]},)"
              R"({"role":"user","content":"","images":[]}])");
}

TEST(ollama_request, history_has_calls_as_objects_and_thoughts_apart) {
    EXPECT_EQ(messages(R"([{"role":"assistant","content":null,"reasoning_content":"hm",)"
                       R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"f",)"
                       R"("arguments":"{\"z\":1,\"a\":[2]}"}},{"function":{"name":"g",)"
                       R"("arguments":""}},{"function":{"name":"h","arguments":{"b":1}}}]},)"
                       R"({"role":"tool","tool_call_id":"c1","content":"42"}])"),
              R"([{"role":"assistant","thinking":"hm","content":"","images":[],"tool_calls":[)"
              R"({"function":{"name":"f","arguments":{"z":1,"a":[2]}}},)"
              R"({"function":{"name":"g","arguments":{}}},)"
              R"({"function":{"name":"h","arguments":{"b":1}}}]},)"
              R"({"role":"tool","content":"42","images":[],"tool_call_id":"c1"}])");
    EXPECT_EQ(messages(R"([{"role":"assistant","content":"<think>hm</think>x"}])"),
              R"([{"role":"assistant","thinking":"hm","content":"x","images":[]}])");
}

TEST(ollama_request, remote_images_are_fetched_first) {
    const std::string body =
        R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":)"
        R"({"url":"https://x/a.png"}},{"type":"image_url","image_url":"HTTP://x/b"},)"
        R"({"type":"image_url","image_url":{"url":"data:,"}}]},{"role":"user","content":"x"}]})";
    const auto target = chat_target();
    const auto files_of = [&target](const std::string& text) {
        std::vector<json::member> members;
        EXPECT_TRUE(json::scan(text, members)) << text;
        inbound_call call;
        call.body = text;
        call.members = &members;
        return target->adapter->remote_files(call);
    };
    EXPECT_EQ(files_of(body), (std::vector<std::string>{"https://x/a.png", "HTTP://x/b"}));
    for (const std::string none :
         {R"({})", R"({"messages":3})",
          R"({"messages":[3,{"content":"image_url"},{"content":[1]}]})",
          R"({"messages":[{"content":[{"image_url":{"url":3}},{"image_url":[]},{}]}]})"})
        EXPECT_TRUE(files_of(none).empty()) << none;
    EXPECT_TRUE(target->adapter->remote_files({}).empty());
    const std::string one =
        R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":)"
        R"({"url":"https://x/a.png"}}]}]})";
    EXPECT_NE(refusal(one, *target).find("could not be fetched"), std::string::npos);
    const remote_file_map files{{"https://x/a.png", {"abc", "image/png"}}};
    inbound_call call;
    call.files = &files;
    EXPECT_EQ(request_of(one, *target, call)["messages"][0]["images"][0], "YWJj");
}

TEST(ollama_request, tools_are_passed_on) {
    const std::string tool = R"({"type":"function","function":{"name":"f","parameters":{}}})";
    EXPECT_EQ(chat(R"("tool_choice":"auto","tools":[)" + tool + "]")["tools"].dump(),
              "[" + tool + "]");
    EXPECT_FALSE(chat(R"("tools":[],"tool_choice":"auto")").contains("tools"));
    EXPECT_FALSE(chat(R"("tool_choice":"none","tools":[)" + tool + "]").contains("tools"));
    EXPECT_EQ(chat(R"("functions":[{"name":"f","parameters":{}}])")["tools"].dump(),
              "[" + tool + "]");
    EXPECT_EQ(refusal(R"({"messages":[],"tools":{}})", *chat_target()),
              "'tools' must be an array.");
}

TEST(ollama_request, malformed_messages_are_told) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"3", "'messages' must be an array."},
        {"[3]", "'messages[0]' must be an object."},
        {"[{}]", "'messages[0].role' must be one of"},
        {R"([{"role":"user"},{"role":"robot"}])", "'messages[1].role' must be one of"},
        {R"([{"role":"user","content":3}])", "'messages[0].content' must be a string or"},
        {R"([{"role":"user","content":[3]}])", "'messages[0].content' must have objects"},
        {R"([{"role":"user","content":[{"type":"image_url"}]}])", "'messages[0].content' has an "},
        {R"([{"role":"user","content":[{"type":"image_url","image_url":"data:x,y"}]}])",
         "'messages[0].content' has an image whose data URL"},
        {R"([{"role":"assistant","tool_calls":{}}])", "'messages[0].tool_calls' must be"},
        {R"([{"role":"assistant","tool_calls":[1]}])", "'messages[0].tool_calls' has a call"},
        {R"([{"role":"assistant","tool_calls":[{"function":{"arguments":"[]"}}]}])",
         "'messages[0].tool_calls' has arguments"},
        {R"([{"role":"assistant","tool_calls":[{"function":{"arguments":"{"}}]}])",
         "'messages[0].tool_calls' has arguments"},
    };
    for (const auto& [list, expected] : table)
        for (const auto& target : {chat_target(), generate_target()})
            EXPECT_TRUE(refusal(R"({"messages":)" + list + "}", *target).starts_with(expected))
                << list;
    EXPECT_EQ(refusal("{}", *chat_target()), "'messages' is required.");
}

std::string prompt(const std::string& members) {
    return request_of("{" + members + "}", *generate_target())["prompt"].get<std::string>();
}

TEST(ollama_request, a_conversation_becomes_a_prompt) {
    EXPECT_EQ(prompt(R"("messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},)"
                     R"({"role":"user","content":"b"},{"role":"assistant","content":"c"},)"
                     R"({"role":"tool","content":"t"},{"role":"user","content":""}])"),
              "### System:\ns\n\n### User:\nab\n\n### Assistant:\nc\n\n### User:\nt\n\n");
    EXPECT_EQ(prompt(R"("messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f",)"
                     R"("arguments":"{}"}}]}])"),
              "### Assistant:\nTool Calls: [{\"function\":{\"name\":\"f\",\"arguments\":{}}}]\n\n");
}

TEST(ollama_request, generating_has_the_same_parameters) {
    const document sent = request_of(
        R"({"messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url",)"
        R"("image_url":"data:image/png;base64,AA=="}]}],"max_tokens":3,"reasoning_effort":"low",)"
        R"("template":"t","keep_alive":0})",
        *generate_target());
    EXPECT_EQ(sent, document::parse(R"({"model":"llama3.1","prompt":"### User:\nhi\n\n","images":)"
                                    R"(["AA=="],"stream":false,"options":{"num_predict":3},)"
                                    R"("think":true,"template":"t","keep_alive":0})"));
}

TEST(ollama_request, tools_are_told_in_the_prompt) {
    const document sent = request_of(
        R"({"messages":[{"role":"user","content":"hi"}],"tools":[{"function":{"name":"f"}}]})",
        *generate_target());
    EXPECT_FALSE(sent.contains("tools"));
    EXPECT_EQ(sent["format"], "json");
    const auto text = sent["prompt"].get<std::string>();
    EXPECT_TRUE(text.starts_with("### User:\nhi\n\n### System:\n")) << text;
    EXPECT_TRUE(text.ends_with("[{\"function\":{\"name\":\"f\"}}]\n\n")) << text;
}

TEST(ollama_request, text_completions_are_chats_of_one_message) {
    inbound_call call;
    call.type = model::call_type::completion;
    const std::string body = R"({"prompt":["once"],"max_tokens":2,"echo":true,"best_of":1})";
    EXPECT_EQ(request_of(body, *generate_target(), call).dump(),
              R"({"model":"llama3.1","prompt":"### User:\nonce\n\n","images":[],"stream":false,)"
              R"("options":{"num_predict":2}})");
    EXPECT_EQ(request_of(body, *chat_target(), call)["messages"].dump(),
              R"([{"role":"user","content":"once","images":[]}])");
    const document filled =
        request_of(R"({"prompt":"def f(","suffix":"return"})", *generate_target(), call);
    EXPECT_EQ(filled["prompt"], "def f(");
    EXPECT_EQ(filled["suffix"], "return");
    for (const std::string wrong : {R"(["a","b"])", "[1,2]", "[]", "3"})
        EXPECT_TRUE(refusal("{\"prompt\":" + wrong + "}", *generate_target(), call.type)
                        .starts_with("'prompt' must be one string"));
    EXPECT_EQ(refusal("{}", *chat_target(), call.type), "'prompt' is required.");
}

TEST(ollama_request, embeddings) {
    inbound_call call;
    call.type = model::call_type::embedding;
    for (const auto& target : {chat_target(), generate_target()}) {
        EXPECT_EQ(
            request_of(R"({"input":"a","user":"u","encoding_format":"base64"})", *target, call)
                .dump(),
            R"({"model":"llama3.1","input":["a"]})");
        EXPECT_EQ(request_of(R"({"input":["a","b"],"dimensions":3,"truncate":false,)"
                             R"("keep_alive":"1m","num_ctx":1})",
                             *target, call),
                  document::parse(R"({"model":"llama3.1","input":["a","b"],"options":)"
                                  R"({"num_ctx":1},"dimensions":3,"truncate":false,)"
                                  R"("keep_alive":"1m"})"));
        for (const std::string wrong : {"[1,2]", "[[1]]", "3", "[]", "{}"})
            EXPECT_TRUE(refusal("{\"input\":" + wrong + "}", *target, call.type)
                            .starts_with("'input' must be"));
    }
    EXPECT_EQ(refusal("{}", *chat_target(), call.type), "'input' is required.");
}

} // namespace ollama_request_test
} // namespace llm_proxy::providers
