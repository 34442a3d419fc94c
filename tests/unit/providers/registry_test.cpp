#include "llm_proxy/providers/known_prefixes.hpp"
#include "llm_proxy/providers/registry.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace registry_test {

config::litellm_params named(const std::string& model) {
    config::litellm_params params;
    params.model = model;
    return params;
}

std::string base_of(const config::litellm_params& params, const environment& variables = {}) {
    return deploy(params, variables)->api_base;
}

/// The value of a header of chat requests; `-` if it is not sent.
std::string header(const model::deployment& target, const std::string& name) {
    const std::string& head = target.request_heads[0];
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos)
        return "-";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string target_of(const model::deployment& target, model::call_type type) {
    const std::string& head = target.request_heads[static_cast<std::size_t>(type)];
    return head.substr(0, head.find(" HTTP/1.1\r\n"));
}

struct base_row {
    std::string prefix;
    std::string base; // empty: it must be configured
    std::string variable;
    std::string key_variable;
    std::string key; // what is sent without a key; empty: the call is refused; `-`: nothing
};

const std::vector<base_row> bases{
    {"openai", "https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY", ""},
    {"openai", "https://api.openai.com/v1", "OPENAI_API_BASE", "OPENAI_API_KEY", ""},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_BASE", "OPENROUTER_API_KEY",
     "-"},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_BASE", "OR_API_KEY", "-"},
    {"github", "https://models.github.ai/inference", "GITHUB_API_BASE", "GITHUB_API_KEY", ""},
    {"lm_studio", "", "LM_STUDIO_API_BASE", "LM_STUDIO_API_KEY", "fake-api-key"},
    {"hosted_vllm", "", "HOSTED_VLLM_API_BASE", "HOSTED_VLLM_API_KEY", "fake-api-key"},
    {"openai_like", "", "OPENAI_LIKE_API_BASE", "OPENAI_LIKE_API_KEY", "fake-api-key"},
    {"deepseek", "https://api.deepseek.com/beta", "DEEPSEEK_API_BASE", "DEEPSEEK_API_KEY", ""},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_API_BASE", "GROQ_API_KEY", ""},
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_API_BASE", "MISTRAL_API_KEY", ""},
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_AZURE_API_BASE", "MISTRAL_AZURE_API_KEY", ""},
    {"xai", "https://api.x.ai/v1", "XAI_API_BASE", "XAI_API_KEY", ""},
};

TEST(registry, bases_come_from_configuration_then_environment_then_the_provider) {
    for (const base_row& row : bases) {
        auto params = named(row.prefix + "/m");
        const environment variables{{row.variable, "http://from.env/v1"}};
        EXPECT_EQ(base_of(params, variables), "http://from.env/v1") << row.variable;
        if (!row.base.empty())
            EXPECT_EQ(base_of(params), row.base);
        params.api_base = "http://configured/v1";
        EXPECT_EQ(base_of(params, variables), "http://configured/v1") << row.prefix;
    }
}

TEST(registry, keys_come_from_configuration_then_environment) {
    for (const base_row& row : bases) {
        auto params = named(row.prefix + "/m");
        params.api_base = "http://configured/v1";
        const environment variables{{row.key_variable, "from-env"}};
        EXPECT_EQ(header(*deploy(params, variables), "Authorization"), "Bearer from-env")
            << row.key_variable;
        const auto keyless = deploy(params, {{row.key_variable, ""}});
        EXPECT_EQ(keyless->credential_missing, row.key.empty()) << row.prefix;
        const bool sent = !row.key.empty() && row.key != "-";
        EXPECT_EQ(header(*keyless, "Authorization"), sent ? "Bearer " + row.key : "-");
        params.api_key = secret("configured");
        EXPECT_EQ(header(*deploy(params, variables), "Authorization"), "Bearer configured");
    }
}

TEST(registry, a_model_at_home_never_leaves_for_a_public_host) {
    for (const std::string prefix :
         {"lm_studio", "hosted_vllm", "openai_like", "custom_openai", "azure"}) {
        const built out = build(named(prefix + "/m"));
        EXPECT_TRUE(out.deployments.empty()) << prefix;
        ASSERT_EQ(out.problems.size(), 1);
        EXPECT_EQ(out.problems[0].key, "model_list[0].litellm_params.api_base");
        EXPECT_EQ(out.problems[0].text, prefix + "/ needs an api_base");
    }
}

TEST(registry, only_servers_at_home_must_connect_soon) {
    const auto timeout = [](const std::string& model, const std::string& base) {
        auto params = params_for(model);
        params.api_base = base;
        return deploy(params)->origin->connect_timeout.count();
    };
    for (const std::string prefix : {"lm_studio", "ollama", "ollama_chat", "hosted_vllm"}) {
        EXPECT_EQ(timeout(prefix + "/m", "http://h/v1"), 2500) << prefix;
        EXPECT_EQ(timeout(prefix + "/m", "https://h/v1"), 0) << prefix;
    }
    EXPECT_EQ(timeout("openai/m", "http://h/v1"), 0);
}

TEST(registry, bases_are_made_uniform) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"http://h/v1/", "http://h/v1"},
        {"http://h/v1/chat/completions", "http://h/v1"},
        {"http://h/v1/chat/completions/", "http://h/v1"},
        {"http://h", "http://h"},
    };
    for (const auto& [given, expected] : table) {
        auto params = params_for("openai/m");
        params.api_base = given;
        EXPECT_EQ(base_of(params), expected);
    }
}

TEST(registry, a_broken_base_is_a_problem_that_does_not_show_it) {
    auto params = params_for("openai/m");
    params.api_base = "http://user:password@h/v1";
    const built out = build(params);
    EXPECT_TRUE(out.deployments.empty());
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_EQ(config::to_string(out.problems[0]).find("password"), std::string::npos);
}

TEST(registry, only_a_provider_s_own_host_is_known_to_count_tokens) {
    auto params = params_for("openrouter/a/b");
    EXPECT_FALSE(deploy(params)->reports_usage);
    params.api_base = "https://openrouter.ai/api/v1/";
    EXPECT_TRUE(deploy(params)->reports_usage);
    params.api_base.reset();
    EXPECT_TRUE(deploy(params)->reports_usage);
    EXPECT_FALSE(deploy(params_for("lm_studio/a"))->reports_usage);
}

TEST(registry, heads_are_prepared_for_every_route) {
    const auto target = deploy(params_for("openai/m"));
    using enum model::call_type;
    EXPECT_EQ(target_of(*target, chat_completion), "POST /v1/chat/completions");
    EXPECT_EQ(target_of(*target, embedding), "POST /v1/embeddings");
    EXPECT_EQ(target_of(*target, transcription), "POST /v1/audio/transcriptions");
    EXPECT_EQ(header(*target, "Host"), "upstream:1");
    EXPECT_TRUE(header(*target, "User-Agent").starts_with("llm-proxy/"));
}

TEST(registry, azure_has_the_deployment_in_its_path) {
    auto params = params_for("azure/my gpt");
    params.api_base = "https://x.openai.azure.com/";
    using enum model::call_type;
    const auto target = deploy(params, {{"AZURE_API_VERSION", "2026-01-01"}});
    EXPECT_EQ(target_of(*target, chat_completion),
              "POST /openai/deployments/my%20gpt/chat/completions?api-version=2026-01-01");
    EXPECT_EQ(header(*target, "api-key"), "sk-upstream-0123456789");
    EXPECT_EQ(header(*target, "Authorization"), "-");
    EXPECT_TRUE(target_of(*deploy(params), embedding).ends_with("?api-version=2025-02-01-preview"));
    params.api_version = "mine&x=1";
    EXPECT_TRUE(target_of(*deploy(params, {{"AZURE_API_VERSION", "y"}}), embedding)
                    .ends_with("/embeddings?api-version=mine%26x%3D1"));
    params.model = "azure/*";
    const built wildcard = build(params);
    EXPECT_TRUE(wildcard.deployments.empty());
    ASSERT_EQ(wildcard.problems.size(), 1);
    EXPECT_EQ(wildcard.problems[0].key, "model_list[0].litellm_params.model");
}

TEST(registry, an_api_version_elsewhere_is_a_warning) {
    auto params = params_for("openai/m");
    params.api_version = "1";
    const built out = build(params);
    EXPECT_EQ(out.deployments.size(), 1);
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_EQ(out.problems[0].level, config::severity::warning);
}

TEST(registry, headers_are_merged_the_deployments_last) {
    auto params = params_for("openrouter/a/b");
    EXPECT_EQ(header(*deploy(params), "HTTP-Referer"), "https://litellm.ai");
    EXPECT_EQ(header(*deploy(params), "X-Title"), "liteLLM");
    const environment variables{{"OR_SITE_URL", "https://mine"}, {"OR_APP_NAME", "app"}};
    EXPECT_EQ(header(*deploy(params, variables), "HTTP-Referer"), "https://mine");
    params.extra_headers = {{"x-title", "own"}, {"X-Team", "blue"}, {"authorization", "Basic z"}};
    const auto target = deploy(params, variables);
    EXPECT_EQ(header(*target, "X-Title"), "own");
    EXPECT_EQ(header(*target, "X-Team"), "blue");
    EXPECT_EQ(header(*target, "Authorization"), "Basic z");
    EXPECT_EQ(header(*target, "x-title"), "-");
    auto openai = params_for("openai/m");
    openai.organization = "org";
    EXPECT_EQ(header(*deploy(openai), "OpenAI-Organization"), "org");
    EXPECT_EQ(header(*deploy(openai), "HTTP-Referer"), "-");
}

struct provider_row {
    std::string model;
    std::string custom;
    std::string expected;
};

TEST(registry, the_prefix_names_the_provider) {
    const std::vector<provider_row> table{
        {"openai/a/b:c", "", "openai a/b:c"},
        {"openrouter/openrouter/auto", "", "openrouter openrouter/auto"},
        {"lm_studio/google/gemma", "", "lm_studio google/gemma"},
        {"gpt-4o", "", "openai gpt-4o"},
        {"text-embedding-3-small", "", "openai text-embedding-3-small"},
        {"*", "", "openai *"},
        {"google/gemma", "openrouter", "openrouter google/gemma"},
        {"openrouter/google/gemma", "openrouter", "openrouter google/gemma"},
    };
    for (const provider_row& row : table) {
        auto params = params_for(row.model);
        if (!row.custom.empty())
            params.custom_llm_provider = row.custom;
        const auto target = deploy(params);
        EXPECT_EQ(target->provider + " " + target->upstream_model, row.expected) << row.model;
        EXPECT_EQ(target->model_name, target->provider + "/" + target->upstream_model);
    }
}

TEST(registry, says_why_a_provider_is_not_there) {
    const auto problem = [](const std::string& model) {
        const built out = build(named(model));
        EXPECT_TRUE(out.deployments.empty());
        EXPECT_EQ(out.problems.size(), 1);
        EXPECT_EQ(out.problems.at(0).key, "model_list[0].litellm_params.model");
        return out.problems.at(0);
    };
    for (const std::string prefix : {"vertex_ai", "chatgpt", "anthropic", "bedrock"}) {
        EXPECT_EQ(problem(prefix + "/m").text,
                  "provider " + prefix + "/ is not served by this version yet");
        EXPECT_NE(problem(prefix + "/m").hint.find(" openrouter/"), std::string::npos);
    }
    EXPECT_EQ(problem("opnai/m").text, "unknown provider `opnai/`");
    EXPECT_EQ(problem("opnai/m").hint, "did you mean `openai/`?");
    EXPECT_TRUE(problem("wholly_unknown/m").hint.starts_with("served are openai/"));
    EXPECT_EQ(problem("mymodel").text, "`mymodel` names no provider");
    EXPECT_EQ(problem("mymodel").hint, "write it as provider/mymodel");
}

TEST(registry, what_is_served_is_not_listed_as_missing) {
    const auto served = served_prefixes();
    EXPECT_GE(served.size(), 14);
    for (const std::string_view prefix : served) {
        EXPECT_FALSE(is_known_prefix(prefix)) << prefix;
        ASSERT_NE(find_adapter(prefix), nullptr);
        EXPECT_EQ(find_adapter(prefix)->prefix(), prefix);
    }
    EXPECT_EQ(find_adapter("anthropic"), nullptr);
}

TEST(registry, the_nearest_timeout_counts) {
    config::settings settings;
    const auto timeouts = [&](const config::litellm_params& params) {
        const built out = build(params, {}, settings);
        return std::pair(out.deployments.at(0)->timeout, out.deployments.at(0)->stream_timeout);
    };
    auto params = params_for("openai/m");
    EXPECT_EQ(timeouts(params), std::pair(6000.0, 6000.0));
    settings.litellm.request_timeout = 5;
    EXPECT_EQ(timeouts(params), std::pair(5.0, 5.0));
    settings.router.timeout = 4;
    EXPECT_EQ(timeouts(params), std::pair(4.0, 4.0));
    settings.router.stream_timeout = 3;
    EXPECT_EQ(timeouts(params), std::pair(4.0, 3.0));
    params.timeout = 2;
    EXPECT_EQ(timeouts(params), std::pair(2.0, 3.0));
    params.stream_timeout = 1;
    EXPECT_EQ(timeouts(params), std::pair(2.0, 1.0));
}

} // namespace registry_test
} // namespace llm_proxy::providers
