#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace github_models_test {

std::shared_ptr<const model::deployment> at(const std::string& base,
                                            const std::string& model = "openai/gpt-4.1-mini") {
    auto params = params_for("github/" + model);
    params.api_base = base;
    return deploy(params);
}

std::string head_of(const model::deployment& target) {
    return target.request_heads[static_cast<std::size_t>(model::call_type::chat_completion)];
}

TEST(github_models, all_forms_of_its_hosts_are_called_rightly) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"https://models.github.ai", "/inference/chat/completions"},
        {"https://models.github.ai/", "/inference/chat/completions"},
        {"https://models.github.ai/inference", "/inference/chat/completions"},
        {"https://models.github.ai/orgs/o/inference", "/orgs/o/inference/chat/completions"},
        {"https://models.inference.ai.azure.com", "/chat/completions"},
    };
    for (const auto& [base, path] : table) {
        const std::string head = head_of(*at(base));
        EXPECT_TRUE(head.starts_with("POST " + path + " HTTP/1.1\r\n")) << head;
        EXPECT_NE(head.find("\r\nX-GitHub-Api-Version: 2022-11-28\r\n"), std::string::npos);
        EXPECT_NE(head.find("\r\nAccept: application/vnd.github+json\r\n"), std::string::npos);
    }
}

TEST(github_models, only_azures_host_takes_names_without_their_publisher) {
    EXPECT_EQ(body_of(R"({"n":1})", *at("https://models.github.ai/inference")),
              R"({"n":1,"model":"openai/gpt-4.1-mini"})");
    const std::string azure = "https://models.inference.ai.azure.com";
    EXPECT_EQ(body_of(R"({"n":1})", *at(azure)), R"({"n":1,"model":"gpt-4.1-mini"})");
    EXPECT_EQ(body_of(R"({"n":1})", *at(azure, "gpt-4o")), R"({"n":1,"model":"gpt-4o"})");
}

TEST(github_models, has_no_embeddings) {
    inbound_call call;
    call.type = model::call_type::embedding;
    EXPECT_EQ(body_of("{}", *at("https://models.github.ai"), call),
              "litellm.BadRequestError: github/ does not serve /embeddings.");
}

TEST(github_models, says_that_it_is_retired_and_what_to_do) {
    const auto target = at("https://models.github.ai");
    const call_names names{"group", target.get()};
    const std::vector<std::pair<int, std::string>> table{
        {410, R"({"error":{"code":"github_models_retired","message":"Gone for good."}})"},
        {410,
         R"({"error":{"code":"github_models_retirement_brownout","message":"Gone for good."}})"},
        {503,
         R"({"error":{"code":"github_models_retirement_brownout","message":"Gone for good."}})"},
    };
    for (const auto& [status, body] : table) {
        const error failure = target->adapter->classify({status, body}, names);
        EXPECT_EQ(failure.status, 410);
        EXPECT_TRUE(failure.message.starts_with(
            "litellm.APIError: APIError: GithubException - Gone for good. GitHub Models was "
            "retired on 30 July 2026"))
            << failure.message;
        EXPECT_NE(failure.message.find("give this deployment another provider"), std::string::npos);
    }
    const error bare = target->adapter->classify({410, ""}, names);
    EXPECT_TRUE(bare.message.starts_with(
        "litellm.APIError: APIError: GithubException - GitHub Models was retired"));
    const error other = target->adapter->classify({403, R"({"error":{"message":"no"}})"}, names);
    EXPECT_EQ(other.message.find("retired"), std::string::npos);
}

} // namespace github_models_test
} // namespace llm_proxy::providers
