#include "llm_proxy/providers/registry.hpp"
#include "llm_proxy/providers/supported_parameters.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/config_test_support.hpp"
#include <set>
#include <string>

namespace llm_proxy::providers {
namespace supported_parameters_test {

using names = std::set<std::string>;

names names_of(model::parameter_set set) {
    names out;
    for (const std::string_view name : parameter_names) {
        if ((set & parameter(name)) != 0) {
            out.emplace(name);
        }
    }
    return out;
}

names unsupported(std::string_view provider, std::string_view model,
                  model::call_type type = model::call_type::chat_completion) {
    return names_of(unsupported_parameters(provider, model, type));
}

// The file is LiteLLM's own answer: tests/comparison/test_supported_parameters.py asks it again.
TEST(supported_parameters, are_those_of_litellm) {
    const auto table = nlohmann::json::parse(config::fixture("supported_parameters.json"));
    for (const auto& [provider, models] : table.items()) {
        for (const auto& [model, expected] : models.items()) {
            EXPECT_EQ(unsupported(provider, model), expected.get<names>())
                << provider << '/' << model;
        }
    }
}

TEST(supported_parameters, every_provider_has_a_table) {
    for (const std::string_view provider : served_prefixes()) {
        EXPECT_TRUE(unsupported(provider, "x").contains("verbosity")) << provider;
    }
}

TEST(supported_parameters, depend_on_the_kind_of_call) {
    using enum model::call_type;
    EXPECT_EQ(unsupported("openai", "my-embed", embedding), names{"dimensions"});
    EXPECT_EQ(unsupported("openai", "text-embedding-3-small", embedding), names{});
    EXPECT_EQ(unsupported("mistral", "mistral-embed", embedding), (names{"dimensions", "user"}));
    EXPECT_EQ(unsupported("gemini", "gemini-embedding-001", embedding), names{"user"});
    EXPECT_EQ(unsupported("openai", "dall-e-2", image_generation),
              (names{"style", "imageConfig", "tools", "web_search_options"}));
    EXPECT_TRUE(unsupported("openai", "my-instruct", completion).contains("reasoning_effort"));
    EXPECT_FALSE(unsupported("openai", "my-instruct", completion).contains("user"));
    EXPECT_EQ(unsupported("openai", "gpt-4o", speech), names{});
}

} // namespace supported_parameters_test
} // namespace llm_proxy::providers
