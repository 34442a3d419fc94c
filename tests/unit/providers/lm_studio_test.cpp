#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace lm_studio_test {

const auto& target() {
    static const auto made = deploy(params_for("lm_studio/google/gemma-3-12b"));
    return *made;
}

std::string body(const std::string& text) {
    const std::string all = body_of(text, target());
    const std::string tail = R"("model":"google/gemma-3-12b"})";
    EXPECT_TRUE(all.ends_with(tail)) << all;
    return all.substr(0, all.size() - std::min(tail.size(), all.size()));
}

TEST(lm_studio, the_time_to_live_of_a_model_passes) {
    EXPECT_EQ(body(R"({"n":1,"ttl":300})"), R"({"n":1,"ttl":300,)");
    EXPECT_EQ(body_of(R"({"ttl":300})", *deploy(params_for("openai/m"))), R"({"model":"m"})");
    auto params = params_for("lm_studio/m");
    params.extra_body.emplace_back("ttl", "60");
    EXPECT_EQ(body_of(R"({"ttl":300})", *deploy(params)), R"({"ttl":60,"model":"m"})");
}

TEST(lm_studio, a_schema_stands_where_openai_has_it) {
    EXPECT_EQ(body(R"({"response_format":{"type":"json_schema","schema":{"a":1}}})"),
              R"({"response_format":{"type":"json_schema","json_schema":{"schema":{"a":1}}},)");
    for (const std::string format :
         {R"({"type":"json_schema","json_schema":{"schema":{}},"schema":1})",
          R"({"type":"json_object"})", R"({"type":"json_schema"})", R"("text")", "[]", "null"})
        EXPECT_EQ(body(R"({"response_format":)" + format + "}"),
                  R"({"response_format":)" + format + ",");
}

TEST(lm_studio, a_prompt_that_is_too_long_is_told_apart) {
    const call_names names{"group", &target()};
    for (const std::string text :
         {"Trying to keep the first 5000 tokens when context the overflows. However, the model is "
          "loaded with context length of only 4096 tokens, which is not enough.",
          "The number of tokens to keep from the initial prompt is greater than the context length "
          "(n_keep: 13055>= n_ctx: 4096).",
          "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)",
          "Context size has been exceeded."}) {
        const std::string said = R"({"error":")" + text + "\"}";
        const error failure = target().adapter->classify({400, said}, names);
        EXPECT_TRUE(failure.message.starts_with("litellm.ContextWindowExceededError: "))
            << failure.message;
        EXPECT_NE(failure.message.find("Lm_studioException - " + text), std::string::npos);
        EXPECT_EQ(failure.status, 400);
    }
    const error other = target().adapter->classify({400, R"({"error":"No model"})"}, names);
    EXPECT_TRUE(
        other.message.starts_with("litellm.BadRequestError: Lm_studioException - No model\n"));
}

} // namespace lm_studio_test
} // namespace llm_proxy::providers
