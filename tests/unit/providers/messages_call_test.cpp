#include "llm_proxy/providers/messages_call.hpp"

#include <gtest/gtest.h>

#include "providers/copilot_test_support.hpp"

namespace llm_proxy::providers {
namespace messages_call_test {

inbound_call message_call() {
    inbound_call call;
    call.type = model::call_type::message;
    return call;
}

std::shared_ptr<const model::deployment> claude(const config::header_list& headers = {}) {
    config::litellm_params params = copilot_params("claude-opus-4.8");
    params.extra_headers = headers;
    return deploy(params);
}

TEST(messages_call, goes_to_copilot_as_it_is) {
    const copilot_call sent(R"({"model":"group","max_tokens":5,"messages":[{"role":"user",)"
                            R"("content":"hi"}],"system":"s","metadata":{"user_id":"u"},)"
                            R"("thinking":{"type":"adaptive"},"top_k":3,"timeout":9})",
                            claude(), message_call());
    EXPECT_EQ(sent.sent(),
              R"({"model":"claude-opus-4.8","max_tokens":5,"messages":[{"role":"user",)"
              R"("content":"hi"}],"system":"s","metadata":{"user_id":"u"},)"
              R"("thinking":{"type":"adaptive"},"top_k":3})");
    EXPECT_TRUE(sent.head().starts_with("POST /copilot/v1/messages HTTP/1.1\r\n")) << sent.head();
    EXPECT_EQ(sent.header("openai-intent"), "messages-proxy");
    EXPECT_EQ(sent.header("x-interaction-type"), "messages-proxy");
    EXPECT_EQ(sent.header("x-github-api-version"), "2026-06-01");
    EXPECT_EQ(sent.header("anthropic-version"), "2023-06-01");
    EXPECT_EQ(sent.header("anthropic-beta"), "");
    EXPECT_EQ(sent.header("editor-version"), "vscode/1.95.0");
    EXPECT_EQ(sent.header("x-initiator"), "user");
    EXPECT_EQ(sent.header("authorization"), "Bearer tid=abc;exp=9999999999;sku=x:mac");
    EXPECT_EQ(sent.out.answers, nullptr);
}

TEST(messages_call, headers_of_the_client_and_the_deployment) {
    http::fields headers;
    headers.add("Anthropic-Beta", "interleaved-thinking-2025-05-14");
    headers.add("anthropic-version", "2024-01-01");
    inbound_call call = message_call();
    call.headers = &headers;
    const std::string body =
        R"({"messages":[{"role":"assistant","content":"x"},{"role":"user","content":[)"
        R"({"type":"image","source":{}}]}]})";
    const copilot_call sent(body, claude(), call);
    EXPECT_EQ(sent.header("anthropic-beta"), "interleaved-thinking-2025-05-14");
    EXPECT_EQ(sent.header("anthropic-version"), "2023-06-01");
    EXPECT_EQ(sent.header("x-initiator"), "agent");
    EXPECT_EQ(sent.header("copilot-vision-request"), "true");
    const copilot_call own(body, claude({{"OpenAI-Intent", "mine"}, {"anthropic-version", "v"}}),
                           call);
    EXPECT_EQ(own.header("openai-intent"), "mine");
    EXPECT_EQ(own.header("anthropic-version"), "v");
}

TEST(messages_call, what_other_models_left_is_taken_out) {
    const copilot_call sent(
        R"({"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c__thought__-_8",)"
        R"("name":"f","input":{},"provider_specific_fields":{"signature":"x"}}]},{"role":"user",)"
        R"("content":[{"type":"tool_result","tool_use_id":"c__thought__-_8","content":"r"}]},)"
        R"({"role":"user","content":"__thought__"}]})",
        claude(), message_call());
    EXPECT_EQ(sent.parsed()["messages"],
              nlohmann::json::parse(R"([{"role":"assistant","content":[{"type":"tool_use","id":"c",
                  "name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result",
                  "tool_use_id":"c","content":"r"}]},{"role":"user","content":"__thought__"}])"));
}

TEST(messages_call, only_what_is_known_to_be_served) {
    const auto serves = [](const model::deployment& target) {
        return target.adapter->serves(model::call_type::message, target, target.upstream_model);
    };
    EXPECT_TRUE(serves(*claude()));
    EXPECT_FALSE(serves(*deploy(copilot_params("gpt-4.1"))));
    EXPECT_FALSE(serves(*deploy(copilot_params("claude-of-tomorrow"))));
    config::litellm_params params;
    params.model = "openai/m";
    model::deployment other = *deploy(params);
    EXPECT_FALSE(serves(other));
    other.info.echoed.push_back({"supported_endpoints", R"(["/v1/chat","/v1/messages"])"});
    EXPECT_TRUE(serves(other));
}

TEST(messages_call, a_stream_begins_with_the_client_s_model) {
    const auto edit = make_messages_edit("group");
    const auto edited = [&](const std::string& text) {
        std::vector<json::member> members;
        EXPECT_TRUE(json::scan(text, members));
        json::splice event(text, members);
        edit->chunk(event);
        return event.str();
    };
    EXPECT_EQ(edited(R"({"type":"message_start","message":{"id":"m","model":"claude"}})"),
              R"({"type":"message_start","message":{"id":"m","model":"group"}})");
    EXPECT_EQ(edited(R"({"type":"ping"})"), R"({"type":"ping"})");
}

} // namespace messages_call_test
} // namespace llm_proxy::providers
