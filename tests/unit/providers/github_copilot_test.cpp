#include "llm_proxy/providers/github_copilot.hpp"

#include <gmock/gmock.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace github_copilot_test {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* hello = R"({"model":"g","messages":[{"role":"user","content":"hi"}]})";

/// The text of a chat with these messages.
std::string chat_with(const std::string& messages) {
    return R"({"messages":[)" + messages + "]}";
}

TEST(github_copilot, goes_where_the_login_leads) {
    const copilot_call call(hello);
    EXPECT_TRUE(call.head().starts_with("POST /copilot/chat/completions HTTP/1.1\r\n"));
    EXPECT_EQ(call.header("Host"), "login:2");
    EXPECT_EQ(call.out.origin, call.access.origin);
    EXPECT_EQ(call.header("Authorization"), "Bearer tid=abc;exp=9999999999;sku=x:mac");
    EXPECT_EQ(call.sent(), R"({"model":"gpt-4.1","messages":[{"role":"user","content":"hi"}]})");
    EXPECT_EQ(call.out.answers, nullptr);
    EXPECT_TRUE(call.target->adapter->needs_login());
}

TEST(github_copilot, a_base_of_the_deployment_holds_against_the_logins) {
    auto params = copilot_params();
    params.api_base = "http://own:3/base/";
    const copilot_call call(hello, deploy(params));
    EXPECT_TRUE(call.head().starts_with("POST /base/chat/completions HTTP/1.1\r\n"));
    EXPECT_EQ(call.header("Host"), "own:3");
    EXPECT_EQ(call.out.origin, nullptr); // the deployment's
    EXPECT_EQ(call.target->origin->host, "own");
    const auto elsewhere = deploy(copilot_params(), {{"GITHUB_COPILOT_API_BASE", "http://env:4"}});
    EXPECT_EQ(elsewhere->origin->host, "env");
    EXPECT_EQ(copilot_call(hello, elsewhere).header("Host"), "login:2");
    EXPECT_EQ(deploy(copilot_params())->origin->host, "api.githubcopilot.com");
}

TEST(github_copilot, sends_the_headers_of_an_editor) {
    const copilot_call call(hello);
    EXPECT_EQ(call.header("Copilot-Integration-Id"), "vscode-chat");
    EXPECT_EQ(call.header("Editor-Version"), "vscode/1.95.0");
    EXPECT_EQ(call.header("Editor-Plugin-Version"), "copilot-chat/0.26.7");
    EXPECT_EQ(call.header("User-Agent"), "GitHubCopilotChat/0.26.7");
    EXPECT_EQ(call.header("OpenAI-Intent"), "conversation-panel");
    EXPECT_EQ(call.header("X-GitHub-Api-Version"), "2025-04-01");
    EXPECT_EQ(call.header("X-VSCode-User-Agent-Library-Version"), "electron-fetch");
    EXPECT_EQ(call.header("Content-Type"), "application/json");
    EXPECT_EQ(call.header("X-Request-Id").size(), 36);
    EXPECT_EQ(call.header("X-Initiator"), "user");
    EXPECT_EQ(call.header("Copilot-Vision-Request"), "");
}

TEST(github_copilot, lists_its_models_with_the_logins_token) {
    const copilot_call call(hello);
    const auto& adapter = *call.target->adapter;
    EXPECT_EQ(adapter.model_list_request(*call.target, nullptr), "");
    const std::string head = adapter.model_list_request(*call.target, &call.access);
    EXPECT_THAT(head, StartsWith("GET /copilot/models HTTP/1.1\r\nHost: login:2\r\n"));
    EXPECT_THAT(head, HasSubstr("Authorization: Bearer tid=abc;exp=9999999999;sku=x:mac\r\n"));
    EXPECT_THAT(head, HasSubstr("Copilot-Integration-Id: vscode-chat\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
    auto params = copilot_params();
    params.api_base = "http://own:3/base/";
    const auto own = deploy(params);
    EXPECT_THAT(own->adapter->model_list_request(*own, &call.access),
                StartsWith("GET /base/models HTTP/1.1\r\nHost: own:3\r\n"));
}

TEST(github_copilot, lists_what_can_be_called) {
    EXPECT_THAT(deploy(copilot_params())->adapter->read_model_list(R"({"data":[
                    {"id":"a","capabilities":{"type":"chat"},"policy":{"state":"enabled"}},
                    {"id":"b","capabilities":{"type":"chat"},"policy":{"state":"disabled"}},
                    {"id":"c","capabilities":{"type":"completion"}},
                    {"id":"d","capabilities":{"type":"embeddings"},"policy":null},
                    {"id":"e","capabilities":7,"policy":"disabled"}]})"),
                ElementsAre("a", "d", "e"));
}

TEST(github_copilot, a_deployments_headers_replace_single_ones) {
    auto params = copilot_params();
    params.extra_headers = {
        {"editor-version", "vscode/1.120.0"}, {"X-INITIATOR", "agent"}, {"x-request-id", "mine"},
        {"content-type", "text/json"},        {"host", "front"},        {"X-More", "1"}};
    const copilot_call call(hello, deploy(params));
    EXPECT_EQ(call.header("Editor-Version"), "vscode/1.120.0");
    EXPECT_EQ(call.header("X-Initiator"), "agent");
    EXPECT_EQ(call.header("X-Request-Id"), "mine");
    EXPECT_EQ(call.header("Content-Type"), "text/json");
    EXPECT_EQ(call.header("Host"), "front");
    EXPECT_EQ(call.header("X-More"), "1");
    EXPECT_EQ(call.header("Editor-Plugin-Version"), "copilot-chat/0.26.7");
}

TEST(github_copilot, a_configured_key_is_told_and_never_sent) {
    auto params = copilot_params();
    params.api_key = secret("sk-configured-0123456789");
    const built out = build(params);
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_EQ(out.problems[0].level, config::severity::warning);
    EXPECT_EQ(out.problems[0].key, "model_list[0].litellm_params.api_key");
    ASSERT_EQ(out.deployments.size(), 1);
    EXPECT_THAT(copilot_call(hello, out.deployments[0]).head(), Not(HasSubstr("sk-configured")));
    for (const std::string& head : out.deployments[0]->request_heads)
        EXPECT_THAT(head, Not(HasSubstr("sk-configured")));
}

TEST(github_copilot, tells_who_began) {
    const auto initiator = [](const std::string& messages) {
        return copilot_call(chat_with(messages)).header("X-Initiator");
    };
    EXPECT_EQ(initiator(R"({"role":"system","content":"s"},{"role":"user","content":"hi"})"),
              "user");
    EXPECT_EQ(initiator(R"({"role":"user","content":"\"role\":\"assistant\""})"), "user");
    EXPECT_EQ(initiator(R"({"role":"user","content":"role","name":"assistant"})"), "user");
    EXPECT_EQ(initiator(R"({"role":"user"},{ "role" : "assistant" ,"content":"a"})"), "agent");
    EXPECT_EQ(initiator(R"({"role":"user"},{"role":"tool","content":"a"})"), "agent");
}

TEST(github_copilot, tells_that_there_is_an_image) {
    const auto vision = [](const std::string& content, const std::string& model = "gpt-4.1") {
        return copilot_call(chat_with(R"({"role":"user","content":)" + content + "}"), model)
            .header("Copilot-Vision-Request");
    };
    const std::string image =
        R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}])";
    EXPECT_EQ(vision(image), "true");
    EXPECT_EQ(vision(image, "gpt-5.3-codex"), "true");
    EXPECT_EQ(vision(R"([{"type":"input_image","file_id":"f"}])"), "true");
    EXPECT_EQ(vision(R"([{"type":"text","text":"image_url"}])"), "");
    EXPECT_EQ(vision(R"("\"image_url\": {}")"), "");
}

TEST(github_copilot, system_messages_become_the_assistants) {
    const std::string text = chat_with(R"({"role":"system","content":"s"},{"role":"developer",)"
                                       R"("content":"d"},{"role":"user","content":"system"})");
    const copilot_call call(text);
    EXPECT_EQ(call.sent(),
              R"({"messages":[{"role":"assistant","content":"s"},{"role":"assistant",)"
              R"("content":"d"},{"role":"user","content":"system"}],"model":"gpt-4.1"})");
    EXPECT_EQ(call.header("X-Initiator"), "user"); // the client's assistant said nothing
}

TEST(github_copilot, system_messages_may_stay) {
    config::settings settings;
    settings.litellm.disable_copilot_system_to_assistant = true;
    const built out = build(copilot_params(), {}, settings);
    const copilot_call call(
        chat_with(R"({"role":"system","content":"s"},{"role":"developer","content":"d"})"),
        out.deployments.at(0));
    EXPECT_EQ(call.sent(), R"({"messages":[{"role":"system","content":"s"},{"role":"system",)"
                           R"("content":"d"}],"model":"gpt-4.1"})");
}

TEST(github_copilot, models_of_the_other_route_are_bridged) {
    const auto path = [](const std::string& model, const std::string& mode = "") {
        auto params = copilot_params(model);
        config::settings settings;
        config::model_entry entry;
        entry.params = params;
        entry.info.mode = mode;
        settings.model_list = {entry};
        config::problems found;
        const auto target = build_deployments(settings, lookup_in({}), found).at(0);
        inbound_call call;
        call.upstream_model = model == "*" ? "gpt-5.5" : "";
        const copilot_call made(hello, target, call);
        return made.head().substr(5, made.head().find(" HTTP") - 5);
    };
    EXPECT_EQ(path("gpt-5.3-codex"), "/copilot/responses");
    EXPECT_EQ(path("gpt-5.4-mini"), "/copilot/responses");
    EXPECT_EQ(path("*"), "/copilot/responses");
    EXPECT_EQ(path("gpt-5.4"), "/copilot/chat/completions");
    EXPECT_EQ(path("gpt-7-not-in-the-table"), "/copilot/chat/completions");
    EXPECT_EQ(path("gpt-7-not-in-the-table", "responses"), "/copilot/responses");
    EXPECT_EQ(path("gpt-5.3-codex", "chat"), "/copilot/chat/completions");
}

TEST(github_copilot, a_bridged_call_has_the_same_headers) {
    const copilot_call call(hello, "gpt-5.3-codex");
    EXPECT_EQ(call.header("Authorization"), "Bearer tid=abc;exp=9999999999;sku=x:mac");
    EXPECT_EQ(call.header("Editor-Version"), "vscode/1.95.0");
    EXPECT_EQ(call.header("X-Initiator"), "user");
    EXPECT_NE(call.out.answers, nullptr);
    EXPECT_EQ(call.sent(),
              R"({"model":"gpt-5.3-codex","input":[{"type":"message","role":"user","content":)"
              R"([{"type":"input_text","text":"hi"}]}],"stream":false})");
}

TEST(github_copilot, embeddings_have_a_list_for_input) {
    inbound_call embedding;
    embedding.type = model::call_type::embedding;
    const auto target = deploy(copilot_params("text-embedding-3-small"));
    const copilot_call one(R"({"input":"hello","dimensions":8})", target, embedding);
    EXPECT_TRUE(one.head().starts_with("POST /copilot/embeddings HTTP/1.1\r\n"));
    EXPECT_EQ(one.sent(), R"({"input":["hello"],"dimensions":8,"model":"text-embedding-3-small"})");
    EXPECT_EQ(one.header("X-Initiator"), "");
    const copilot_call two(R"({"input":["a","b"]})", target, embedding);
    EXPECT_EQ(two.sent(), R"({"input":["a","b"],"model":"text-embedding-3-small"})");
}

TEST(github_copilot, other_calls_are_not_served) {
    inbound_call speech;
    speech.type = model::call_type::speech;
    const copilot_call call(R"({"input":"x"})", deploy(copilot_params()), speech);
    ASSERT_FALSE(call.went);
    EXPECT_EQ(call.went.error().status, 404);
    EXPECT_EQ(call.went.error().message, "github_copilot/ does not serve /audio/speech.");
}

TEST(github_copilot, without_a_login_there_is_no_call) {
    copilot_call call(hello);
    call.call.access = nullptr;
    const auto went = call.target->adapter->translate(call.call, *call.target, call.out);
    ASSERT_FALSE(went);
    EXPECT_EQ(went.error().status, 401);
    EXPECT_EQ(went.error().type, "authentication_error");
}

TEST(github_copilot, steering_members_are_dropped_or_refused) {
    EXPECT_EQ(copilot_call(R"({"messages":[],"api_key":"k","headers":{}})").sent(),
              R"({"messages":[],"model":"gpt-4.1"})");
    for (const std::string model : {"gpt-4.1", "gpt-5.3-codex"}) {
        const copilot_call call(R"({"messages":[],"api_base":"http://evil"})", model);
        ASSERT_FALSE(call.went);
        EXPECT_EQ(call.went.error().status, 401);
    }
}

error failure_of(int status, const std::string& body) {
    const auto target = deploy(copilot_params());
    return target->adapter->classify({status, body}, {"group", target.get()});
}

TEST(github_copilot, failures_say_what_can_be_done) {
    const std::string tail = "\n\nLiteLLM: model group 'group' failed with the error above. No "
                             "fallback was attempted.";
    const error refused = failure_of(403, "access denied\n");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.type, "permission_error");
    EXPECT_THAT(refused.message, testing::StartsWith("litellm.APIError: APIError: "
                                                     "Github_copilotException - access denied "));
    EXPECT_THAT(refused.message, HasSubstr("https://github.com/settings/copilot"));
    EXPECT_THAT(refused.message, testing::EndsWith(tail));
    const error old = failure_of(466, R"({"error":{"message":"no longer supported.\n"}})");
    EXPECT_EQ(old.status, 466);
    EXPECT_THAT(old.message, HasSubstr("no longer supported. The editor version"));
    EXPECT_THAT(old.message, HasSubstr("`extra_headers`"));
    EXPECT_THAT(failure_of(400,
                           R"({"error":{"message":"model \"m\" is not accessible via the )"
                           R"(/chat/completions endpoint","code":"unsupported_api_for_model"}})")
                    .message,
                HasSubstr("`model_info.mode: responses`"));
    EXPECT_THAT(failure_of(400, R"({"error":{"message":"The requested model is not supported.",)"
                                R"("code":"model_not_supported","param":"model",)"
                                R"("type":"invalid_request_error"}})")
                    .message,
                HasSubstr("enable this model"));
    EXPECT_THAT(failure_of(400, "bad"), testing::Field(&error::message, Not(HasSubstr("Check"))));
}

TEST(github_copilot, prompts_that_are_too_long_are_told_apart) {
    const error failure =
        failure_of(400, R"({"error":{"message":"prompt token count of 138898 exceeds the limit of )"
                        R"(64000","code":"model_max_prompt_tokens_exceeded"}})");
    EXPECT_EQ(failure.status, 400);
    EXPECT_THAT(failure.message, HasSubstr("ContextWindowExceededError"));
    EXPECT_THAT(failure_of(400, "prompt token count of 9 exceeds the limit of 8").message,
                HasSubstr("ContextWindowExceededError"));
}

TEST(github_copilot, tokens_are_masked_in_failures) {
    for (const std::string token : {"tid=abc;exp=1;sku=x;8kp=1:0123abc", "gho_0123456789abcdef",
                                    "ghu_x", "github_pat_11_A"}) {
        const std::string said = failure_of(401, "bad token " + token + " (expired)").message;
        EXPECT_THAT(said, HasSubstr("bad token *** (expired)"));
        EXPECT_THAT(failure_of(401, R"({"error":{"message":")" + token + R"("}})").message,
                    HasSubstr("Github_copilotException - ***"));
    }
    // A group's name is the client's own.
    const auto target = deploy(copilot_params());
    EXPECT_THAT(target->adapter->classify({403, "x"}, {"tid=group", target.get()}).message,
                HasSubstr("'tid=group'"));
}

} // namespace github_copilot_test
} // namespace llm_proxy::providers
