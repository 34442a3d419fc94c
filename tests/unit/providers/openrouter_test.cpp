#include "llm_proxy/providers/openrouter.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace openrouter_test {

/// The body without what every chat request ends in.
std::string chat(const std::string& text, const std::string& model = "openai/gpt-oss-20b:free") {
    const std::string body = body_of(text, *deploy(params_for("openrouter/" + model)));
    const std::string tail = R"(,"usage":{"include":true},"model":")" + model + "\"}";
    EXPECT_TRUE(body.ends_with(tail)) << body;
    return body.substr(0, body.size() - std::min(tail.size(), body.size())) + "}";
}

TEST(openrouter, asks_for_the_cost_of_chats_alone) {
    const auto target = deploy(params_for("openrouter/a/b"));
    EXPECT_EQ(body_of(R"({"model":"x"})", *target), R"({"model":"a/b","usage":{"include":true}})");
    EXPECT_EQ(body_of(R"({"usage":{"include":false}})", *target),
              R"({"usage":{"include":false},"model":"a/b"})");
    inbound_call call;
    call.type = model::call_type::embedding;
    EXPECT_EQ(body_of(R"({"input":"x"})", *target, call), R"({"input":"x","model":"a/b"})");
}

TEST(openrouter, has_its_own_word_for_the_greatest_effort) {
    EXPECT_EQ(chat(R"({"reasoning_effort":"max"})"), R"({"reasoning_effort":"xhigh"})");
    EXPECT_EQ(chat(R"({"reasoning_effort":"high","thinking":{"type":"enabled"}})"),
              R"({"reasoning_effort":"high","thinking":{"type":"enabled"}})");
    EXPECT_EQ(body_of(R"({"extra_body":{"reasoning_effort":"max"},"n":1})",
                      *deploy(params_for("openrouter/a/b"))),
              R"({"n":1,"usage":{"include":true},"reasoning_effort":"xhigh","model":"a/b"})");
}

constexpr const char* marked_call =
    R"({"messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":)"
    R"("ephemeral"}}]},{"role":"user","content":"x","cache_control":{"type":"ephemeral"}}],)"
    R"("tools":[{"type":"function","function":{"name":"f","cache_control":{}},"cache_control":{}}]})";

TEST(openrouter, makers_without_prompt_caching_see_no_mark) {
    EXPECT_EQ(chat(marked_call),
              R"({"messages":[{"role":"system","content":[{"type":"text","text":"s"}]},)"
              R"({"role":"user","content":"x"}],)"
              R"("tools":[{"type":"function","function":{"name":"f"}}]})");
}

TEST(openrouter, a_parameter_of_that_name_is_no_mark) {
    const std::string tool =
        R"({"tools":[{"function":{"parameters":{"properties":{"cache_control":{}}}}}]})";
    EXPECT_EQ(chat(tool), tool);
}

TEST(openrouter, makers_with_prompt_caching_see_marks_in_the_content) {
    for (const std::string model :
         {"anthropic/Claude-4", "google/gemini-2.5-pro", "minimax/m2", "thudm/glm-4", "z-ai/x"})
        EXPECT_EQ(
            chat(marked_call, model),
            R"({"messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":)"
            R"({"type":"ephemeral"}}]},{"role":"user","content":[{"type":"text","text":"x",)"
            R"("cache_control":{"type":"ephemeral"}}]}],"tools":[{"type":"function","function":)"
            R"({"name":"f","cache_control":{}},"cache_control":{}}]})");
}

TEST(openrouter, only_the_last_block_is_marked) {
    EXPECT_EQ(chat(R"({"messages":[{"cache_control":1,"content":[{"a":1}, {"b":2}]}]})", "claude"),
              R"({"messages":[{"content":[{"a":1}, {"b":2,"cache_control":1}]}]})");
    for (const std::string content : {"[]", "null", R"(["x"])"})
        EXPECT_EQ(
            chat(R"({"messages":[{"content":)" + content + R"(,"cache_control":1}]})", "claude"),
            R"({"messages":[{"content":)" + content + "}]}");
    EXPECT_EQ(chat(R"({"messages":[{"cache_control":null,"content":"x"}]})", "claude"),
              R"({"messages":[{"content":"x"}]})");
}

TEST(openrouter, thoughts_go_back_under_its_own_name) {
    const auto message = [](const std::string& members) {
        const std::string head = R"({"messages":[{"role":"assistant")";
        const std::string all = chat(head + members + "}]}");
        return all.substr(head.size(), all.size() - head.size() - 3);
    };
    EXPECT_EQ(message(R"(,"reasoning_content":"why","content":"a")"),
              R"(,"content":"a","reasoning":"why")");
    EXPECT_EQ(message(R"(,"reasoning_content":"why","reasoning":null)"), R"(,"reasoning":"why")");
    EXPECT_EQ(message(R"(,"reasoning_content":"w","reasoning":"why")"), R"(,"reasoning":"why")");
    EXPECT_EQ(message(R"(,"reasoning_content":"w","reasoning_details":[{"text":"why"}])"),
              R"(,"reasoning_details":[{"text":"why"}])");
    EXPECT_EQ(message(R"(,"reasoning_content":null)"), "");
}

TEST(openrouter, its_own_parameters_pass) {
    const std::string own =
        R"({"models":["a/b"],"route":"fallback","provider":{"order":["x"]},"transforms":[],)"
        R"("reasoning":{"effort":"high"},"include_reasoning":true,"plugins":[],"top_k":3})";
    EXPECT_EQ(chat(own), own);
}

struct failure_row {
    int status;
    std::string begin;
    int shown_status;
};

TEST(openrouter, failures_are_told_by_their_status) {
    const auto target = deploy(params_for("openrouter/a/b"));
    const call_names names{"group", target.get()};
    const std::vector<failure_row> table{
        {400, "BadRequestError: ", 400},
        {401, "AuthenticationError: AuthenticationError: ", 401},
        {402, "APIError: APIError: ", 402},
        {403, "APIError: APIError: ", 403},
        {404, "NotFoundError: NotFoundError: ", 404},
        {408, "Timeout: Timeout Error: ", 408},
        {413, "APIError: APIError: ", 413},
        {422, "BadRequestError: BadRequestError: ", 422},
        {429, "RateLimitError: RateLimitError: ", 429},
        {500, "APIError: APIError: ", 500},
        {502, "APIError: APIError: ", 502},
        {503, "ServiceUnavailableError: ServiceUnavailableError: ", 503},
        {504, "Timeout: Timeout Error: ", 504},
    };
    const std::string body = R"({"error":{"message":"rate limit, invalid_request_error"}})";
    for (const failure_row& row : table) {
        const auto failure = target->adapter->classify({row.status, body}, names);
        const std::string begin = "litellm." + row.begin + "OpenrouterException - " + body;
        EXPECT_TRUE(failure.message.starts_with(begin)) << failure.message;
        EXPECT_EQ(failure.status, row.shown_status);
    }
}

TEST(openrouter, a_prompt_that_is_too_long_is_told_apart) {
    const auto target = deploy(params_for("openrouter/a/b"));
    const call_names names{"group", target.get()};
    const std::string body =
        R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":)"
        R"("This model's maximum context length is 8192 tokens"}}})";
    const auto failure = target->adapter->classify({400, body}, names);
    EXPECT_TRUE(
        failure.message.starts_with("litellm.ContextWindowExceededError: litellm.BadRequestError: "
                                    "ContextWindowExceededError: OpenrouterException - "))
        << failure.message;
    EXPECT_EQ(target->adapter->classify({429, body}, names).status, 429);
}

} // namespace openrouter_test
} // namespace llm_proxy::providers
