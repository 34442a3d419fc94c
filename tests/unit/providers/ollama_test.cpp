#include "llm_proxy/providers/ollama.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace ollama_test {

config::litellm_params named(const std::string& model) {
    config::litellm_params params;
    params.model = model;
    return params;
}

std::string head_of(const model::deployment& target, model::call_type type) {
    return target.request_heads[static_cast<std::size_t>(type)];
}

TEST(ollama, bases_come_from_configuration_then_environment_then_the_usual_port) {
    auto params = named("ollama/m");
    EXPECT_EQ(deploy(params)->api_base, "http://localhost:11434");
    const environment variables{{"OLLAMA_API_BASE", "http://env:1/"}};
    EXPECT_EQ(deploy(params, variables)->api_base, "http://env:1");
    params.api_base = "http://mine:2";
    EXPECT_EQ(deploy(params, variables)->api_base, "http://mine:2");
}

TEST(ollama, bases_are_made_uniform) {
    for (const std::string end : {"", "/", "//", "/v1", "/v1/", "/api", "/api/", "/api/chat",
                                  "/api/generate/", "/api/embed", "/v1/chat/completions"}) {
        auto params = named("ollama_chat/m");
        params.api_base = "http://h:1/below" + end;
        const auto target = deploy(params);
        EXPECT_EQ(target->api_base, "http://h:1/below") << end;
        EXPECT_TRUE(head_of(*target, model::call_type::chat_completion)
                        .starts_with("POST /below/api/chat HTTP/1.1\r\nHost: h:1\r\n"));
    }
}

TEST(ollama, a_broken_base_is_a_problem) {
    auto params = named("ollama/m");
    params.api_base = "http://";
    const built out = build(params);
    EXPECT_TRUE(out.deployments.empty());
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_EQ(out.problems[0].key, "model_list[0].litellm_params.api_base");
}

TEST(ollama, an_api_version_is_a_warning) {
    auto params = named("ollama/m");
    params.api_version = "1";
    const built out = build(params);
    EXPECT_EQ(out.deployments.size(), 1);
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_EQ(out.problems[0].level, config::severity::warning);
}

TEST(ollama, each_prefix_has_its_route) {
    using enum model::call_type;
    const auto chat = deploy(named("ollama_chat/m"));
    const auto generate = deploy(named("ollama/m"));
    for (const auto type : {chat_completion, completion}) {
        EXPECT_TRUE(head_of(*chat, type).starts_with("POST /api/chat "));
        EXPECT_TRUE(head_of(*generate, type).starts_with("POST /api/generate "));
    }
    for (const auto& target : {chat, generate})
        EXPECT_TRUE(head_of(*target, embedding).starts_with("POST /api/embed "));
    EXPECT_EQ(chat->adapter->exception_name(), "Ollama_chatException");
    EXPECT_EQ(generate->adapter->exception_name(), "OllamaException");
}

TEST(ollama, a_key_is_sent_where_there_is_one) {
    auto params = named("ollama/m");
    const auto without = deploy(params);
    EXPECT_FALSE(without->credential_missing);
    for (const std::string& head : without->request_heads)
        EXPECT_EQ(head.find("Authorization"), std::string::npos);
    const environment variables{{"OLLAMA_API_KEY", "from-env"}};
    using enum model::call_type;
    for (const auto type : {chat_completion, embedding})
        EXPECT_NE(head_of(*deploy(params, variables), type)
                      .find("\r\nAuthorization: Bearer from-env\r\n"),
                  std::string::npos);
    params.api_key = secret("mine");
    params.extra_headers = {{"X-Team", "blue"}};
    const std::string head = head_of(*deploy(params, variables), chat_completion);
    EXPECT_NE(head.find("\r\nAuthorization: Bearer mine\r\n"), std::string::npos);
    EXPECT_NE(head.find("\r\nX-Team: blue\r\n"), std::string::npos);
}

TEST(ollama, the_request_is_json_with_its_length) {
    const auto target = deploy(params_for("ollama_chat/m"));
    std::vector<json::member> members;
    inbound_call call;
    call.body = R"({"messages":[]})";
    ASSERT_TRUE(json::scan(call.body, members));
    call.members = &members;
    const auto request = translate(call, *target);
    ASSERT_TRUE(request);
    EXPECT_NE(request->head.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
    outbound_call out;
    ASSERT_TRUE(target->adapter->translate(call, *target, out));
    ASSERT_TRUE(out.answers);
    EXPECT_EQ(out.answers->framing(), stream_framing::json_lines);
}

TEST(ollama, other_routes_are_refused) {
    const auto target = deploy(params_for("ollama/m"));
    inbound_call call;
    for (const auto type : {model::call_type::moderation, model::call_type::transcription,
                            model::call_type::image_generation}) {
        call.type = type;
        outbound_call out;
        const auto refused = target->adapter->translate(call, *target, out);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().status, 400);
        EXPECT_NE(refused.error().message.find("ollama/ does not serve /"), std::string::npos);
    }
}

struct failure_row {
    int status;
    std::string said;
    std::string name;
    int shown_status;
};

TEST(ollama, failures_are_told_by_their_text_then_by_their_status) {
    const std::vector<failure_row> table{
        {500, "unexpected server status", "InternalServerError", 500},
        {404, "model 'x' not found", "NotFoundError", 404},
        {500, "open x: no such file or directory", "BadRequestError", 400},
        {500, "Invalid response object from API", "BadRequestError", 400},
        {500, "Failed to establish a new connection", "ServiceUnavailableError", 503},
        {500, "Read timed out", "Timeout", 408},
        {504, "x", "Timeout", 504},
        {400, "the input length exceeds the context length",
         "ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError", 400},
        {400, "x", "BadRequestError", 400},
        {401, "x", "AuthenticationError", 401},
        {402, "x", "PaymentRequiredError", 402},
        {403, "x", "PermissionDeniedError", 403},
        {413, "x", "BadRequestError", 413},
        {422, "x", "BadRequestError", 422},
        {429, "x", "RateLimitError", 429},
        {502, "x", "BadGatewayError", 502},
        {503, "x", "ServiceUnavailableError", 503},
        {529, "x", "APIError", 529},
    };
    const auto target = deploy(params_for("ollama_chat/m"));
    for (const failure_row& row : table) {
        const std::string body = R"({"error":")" + row.said + "\"}";
        const auto failure = target->adapter->classify({row.status, body}, {"group", target.get()});
        EXPECT_TRUE(
            failure.message.starts_with("litellm." + row.name + ": Ollama_chatException - " + body))
            << failure.message;
        EXPECT_EQ(failure.status, row.shown_status);
    }
}

TEST(ollama, failures_do_not_show_the_key) {
    const auto target = deploy(params_for("ollama/m"));
    const auto failure =
        target->adapter->classify({500, "bad sk-upstream-0123456789"}, {"group", target.get()});
    EXPECT_EQ(failure.message.find("0123456789"), std::string::npos);
}

} // namespace ollama_test
} // namespace llm_proxy::providers
