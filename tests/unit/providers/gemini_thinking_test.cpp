#include "llm_proxy/providers/gemini_thinking.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_thinking_test {

std::string thinking(const std::string& parameters, const std::string& model) {
    auto config = nlohmann::ordered_json::object();
    const auto written =
        write_thinking(nlohmann::ordered_json::parse(parameters), gemini_model(model), config);
    if (!written) {
        return written.error().message;
    }
    return config.empty() ? "" : config["thinkingConfig"].dump();
}

std::string effort(const std::string& name, const std::string& model) {
    return thinking(R"({"reasoning_effort":")" + name + "\"}", model);
}

std::string budget(int tokens, bool thoughts) {
    return R"({"thinkingBudget":)" + std::to_string(tokens) + R"(,"includeThoughts":)" +
           (thoughts ? "true}" : "false}");
}

std::string level(const std::string& name, bool thoughts) {
    return R"({"thinkingLevel":")" + name + R"(","includeThoughts":)" +
           (thoughts ? "true}" : "false}");
}

TEST(gemini_thinking, is_a_budget_up_to_generation_2) {
    const std::string flash = "gemini-2.5-flash";
    EXPECT_EQ(effort("none", flash), budget(0, false));
    EXPECT_EQ(effort("disable", flash), budget(0, false));
    EXPECT_EQ(effort("minimal", flash), budget(1, true));
    EXPECT_EQ(effort("minimal", "gemini-2.5-flash-lite"), budget(512, true));
    EXPECT_EQ(effort("minimal", "gemini-2.5-pro"), budget(128, true));
    EXPECT_EQ(effort("low", flash), budget(1024, true));
    EXPECT_EQ(effort("medium", flash), budget(2048, true));
    EXPECT_EQ(effort("high", flash), budget(4096, true));
}

TEST(gemini_thinking, budgets_are_the_operators) {
    const auto config_of = [](const char* model, const char* effort) {
        config::litellm_params params;
        params.model = std::string("gemini/") + model;
        params.api_key = secret("k");
        const environment variables{
            {"DEFAULT_REASONING_EFFORT_DISABLE_THINKING_BUDGET", "10"},
            {"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_FLASH", " 11 "},
            {"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_FLASH_LITE", "12"},
            {"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET_GEMINI_2_5_PRO", "13"},
            {"DEFAULT_REASONING_EFFORT_MINIMAL_THINKING_BUDGET", "14"},
            {"DEFAULT_REASONING_EFFORT_HIGH_THINKING_BUDGET", "17"}};
        const auto body =
            body_of(R"({"messages":[],"reasoning_effort":")" + std::string(effort) + "\"}",
                    *deploy(params, variables));
        return nlohmann::ordered_json::parse(
            body)["generationConfig"]["thinkingConfig"]["thinkingBudget"];
    };
    EXPECT_EQ(config_of("gemini-2.5-flash", "none"), 10);
    EXPECT_EQ(config_of("gemini-2.5-flash", "minimal"), 11);
    EXPECT_EQ(config_of("gemini-2.5-flash-lite", "minimal"), 12);
    EXPECT_EQ(config_of("gemini-2.5-pro", "minimal"), 13);
    EXPECT_EQ(config_of("gemini-2.5-x", "minimal"), 14);
    EXPECT_EQ(config_of("gemini-2.5-flash", "low"), 1024);
    EXPECT_EQ(config_of("gemini-2.5-flash", "high"), 17);
}

TEST(gemini_thinking, a_budget_that_is_no_number_is_told) {
    config::litellm_params params;
    params.model = "gemini/gemini-2.5-pro";
    params.api_key = secret("k");
    const built out = build(params, {{"DEFAULT_REASONING_EFFORT_LOW_THINKING_BUDGET", "many"}});
    ASSERT_EQ(out.problems.size(), 1U);
    EXPECT_EQ(out.problems[0].key, "DEFAULT_REASONING_EFFORT_LOW_THINKING_BUDGET");
    EXPECT_EQ(out.deployments.size(), 1U);
}

TEST(gemini_thinking, is_a_level_from_generation_3_on) {
    const std::string flash = "gemini-3-flash-preview";
    const std::string pro = "gemini-3-pro";
    EXPECT_EQ(effort("none", flash), level("minimal", false));
    EXPECT_EQ(effort("disable", pro), level("low", false));
    EXPECT_EQ(effort("minimal", flash), level("minimal", true));
    EXPECT_EQ(effort("minimal", pro), level("low", true));
    EXPECT_EQ(effort("medium", pro), level("medium", true));
    EXPECT_EQ(effort("high", flash), level("high", true));
}

TEST(gemini_thinking, unknown_efforts_are_refused) {
    EXPECT_TRUE(effort("xhigh", "gemini-2.5-pro")
                    .starts_with("litellm.UnsupportedParamsError: Invalid `reasoning_effort`: "
                                 "'xhigh'."));
    EXPECT_TRUE(effort("max", "gemini-3-pro").starts_with("litellm.UnsupportedParamsError"));
    EXPECT_EQ(
        thinking(R"({"reasoning_effort":{"effort":"low","summary":"auto"}})", "gemini-2.5-pro"),
        budget(1024, true));
    EXPECT_EQ(thinking(R"({"reasoning_effort":7})", "gemini-2.5-pro"), "");
}

TEST(gemini_thinking, models_that_do_not_think_are_not_asked) {
    for (const char* model : {"gemini-2.0-flash", "gemini-1.5-pro", "gemini-2.5-flash-image"}) {
        EXPECT_EQ(effort("xhigh", model), "") << model;
    }
}

TEST(gemini_thinking, takes_anthropics_form) {
    const std::string enabled = R"({"thinking":{"type":"enabled","budget_tokens":99}})";
    EXPECT_EQ(thinking(enabled, "gemini-2.5-pro"),
              R"({"includeThoughts":true,"thinkingBudget":99})");
    EXPECT_EQ(thinking(enabled, "gemini-3-pro"), R"({"includeThoughts":true})");
    const std::string zero = R"({"thinking":{"type":"enabled","budget_tokens":0}})";
    EXPECT_EQ(thinking(zero, "gemini-2.5-pro"), R"({"thinkingBudget":0})");
    EXPECT_EQ(thinking(zero, "gemini-3-pro"), R"({"includeThoughts":false})");
    EXPECT_EQ(thinking(R"({"thinking":{"type":"disabled"}})", "gemini-3-pro"),
              R"({"includeThoughts":false})");
    EXPECT_EQ(thinking(R"({"thinking":{"type":"disabled"}})", "gemini-2.5-pro"), "");
    EXPECT_EQ(thinking(R"({"thinking":"x"})", "gemini-2.5-pro"), "");
    EXPECT_TRUE(thinking(R"({"thinking":{},"reasoning_effort":"low"})", "gemini-3-pro")
                    .starts_with("`reasoning_effort` and `thinking` cannot both"));
}

} // namespace gemini_thinking_test
} // namespace llm_proxy::providers
