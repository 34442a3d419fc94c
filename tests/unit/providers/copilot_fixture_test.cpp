// Recorded calls of GitHub Copilot, made again.
#include <gmock/gmock.h>

#include "config/config_test_support.hpp"
#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace copilot_fixture_test {

document recorded(const std::string& name, const std::string& file) {
    return document::parse(
        config::fixture("providers/github_copilot/" + name + "/" + file + ".json"));
}

/// As values, the order of members left aside.
nlohmann::json unordered(const document& from) {
    return nlohmann::json::parse(from.dump());
}

struct replay {
    explicit replay(const std::string& name, const config::header_list& headers = {})
        : asked(recorded(name, "request")), upstream(recorded(name, "upstream-request")[0]),
          reply(recorded(name, "upstream-response")[0]), client(recorded(name, "client-response")) {
        inbound_call call;
        if (asked["path"] == "/v1/embeddings")
            call.type = model::call_type::embedding;
        call.stream = asked["body"].value("stream", false);
        auto params = copilot_params(upstream["body"]["model"].get<std::string>());
        params.extra_headers = headers;
        made = std::make_unique<copilot_call>(asked["body"].dump(), deploy(params), call);
    }

    error failure() const {
        const document& body = reply["body"];
        const std::string text = body.is_string() ? body.get<std::string>() : body.dump();
        return made->target->adapter->classify(
            {reply["status"].get<int>(), text},
            {asked["body"]["model"].get<std::string>(), made->target.get()});
    }

    document asked;
    document upstream;
    document reply;
    document client;
    std::unique_ptr<copilot_call> made;
};

/// The headers of the SDK that LiteLLM uses, and of the connection.
bool is_incidental(const std::string& name) {
    return name.starts_with("x-stainless-") || name == "host" || name == "accept" ||
           name == "accept-encoding" || name == "connection" || name == "content-length" ||
           name == "content-type" || name == "user-agent" || name == "x-request-id";
}

TEST(copilot_fixtures, requests_are_litellms) {
    for (const std::string name : {"01b-default-headers", "02-vision", "03-stream",
                                   "04b-claude-reasoning", "06-embeddings", "08-err-401"}) {
        SCOPED_TRACE(name);
        const replay call(name);
        const std::string path = call.upstream["path"];
        EXPECT_TRUE(call.made->head().starts_with("POST " + path + " HTTP/1.1\r\n"));
        nlohmann::json sent = call.made->parsed();
        if (name == "04b-claude-reasoning") { // which LiteLLM's `drop_params` takes out
            sent.erase("reasoning_effort");
            sent.erase("thinking");
        }
        EXPECT_EQ(sent, unordered(call.upstream["body"]));
    }
}

TEST(copilot_fixtures, headers_are_litellms) {
    for (const std::string name : {"01b-default-headers", "02-vision", "06-embeddings"}) {
        const replay call(name);
        for (const document& header : call.upstream["headers"]) {
            const std::string field = header[0];
            if (!is_incidental(field)) {
                EXPECT_EQ(call.made->header(field), header[1].get<std::string>()) << field;
            }
        }
    }
}

TEST(copilot_fixtures, configured_headers_are_sent_with_the_others) {
    const replay call("03-stream", {{"editor-version", "vscode/1.85.1"},
                                    {"editor-plugin-version", "copilot/1.155.0"},
                                    {"Copilot-Integration-Id", "vscode-chat"},
                                    {"user-agent", "GithubCopilot/1.155.0"}});
    for (const document& header : call.upstream["headers"]) {
        const std::string field = header[0];
        if (!is_incidental(field)) {
            EXPECT_EQ(call.made->header(field), header[1].get<std::string>()) << field;
        }
    }
    EXPECT_EQ(call.made->header("user-agent"), "GithubCopilot/1.155.0");
    EXPECT_EQ(call.made->header("openai-intent"), "conversation-panel");
    EXPECT_EQ(call.made->out.answers, nullptr); // the stream passes as it is
}

TEST(copilot_fixtures, answers_of_claude_in_openais_form_pass_as_they_are) {
    const replay call("04b-claude-reasoning");
    const std::string text = call.reply["body"].dump();
    const auto body = call.made->out.answers->body({}, text);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->bytes, text);
}

TEST(copilot_fixtures, a_response_is_told_as_a_chat) {
    const document reply = recorded("05b-codex-responses", "upstream-response")[0];
    const copilot_call call(R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":30})",
                            "gpt-5.3-codex");
    const document upstream = recorded("05b-codex-responses", "upstream-request")[0];
    EXPECT_TRUE(call.head().starts_with("POST " + upstream["path"].get<std::string>() + " "));
    EXPECT_EQ(call.parsed()["max_output_tokens"], upstream["body"]["max_output_tokens"]);
    EXPECT_EQ(copilot_answer(*call.out.answers, reply["body"].dump()), nlohmann::json::parse(R"({
        "id": "resp_1", "object": "chat.completion", "created": 1, "model": "gpt-5.3-codex",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": "Hello"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})"));
}

TEST(copilot_fixtures, a_chat_is_no_response) {
    const document reply = recorded("95-health-copilot_codex", "upstream-response")[0];
    const copilot_call call(R"({"messages":[{"role":"user","content":"hi"}]})", "gpt-5.3-codex");
    EXPECT_EQ(copilot_answer(*call.out.answers, reply["body"].dump())["status"], 500);
}

TEST(copilot_fixtures, failures_are_litellms_with_advice) {
    for (const std::string name : {"08-err-401", "08c-err-403", "08e-err-466"}) {
        const replay call(name);
        const error failure = call.failure();
        const document& told = call.client["body"]["error"];
        EXPECT_EQ(failure.status, call.client["status"].get<int>()) << name;
        EXPECT_EQ(failure.type, told["type"].get<std::string>()) << name;
        const std::string message = told["message"];
        const std::size_t text = message.find_first_of('\n');
        EXPECT_EQ(failure.message.substr(0, text), message.substr(0, text)) << name;
    }
    EXPECT_EQ(
        replay("08-err-401").failure().message,
        recorded("08-err-401", "client-response")["body"]["error"]["message"].get<std::string>());
}

} // namespace copilot_fixture_test
} // namespace llm_proxy::providers
