#include "llm_proxy/pricing/model_names.hpp"
#include "llm_proxy/pricing/price_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pricing/pricing_test_support.hpp"

namespace llm_proxy::pricing {
namespace price_table_test {

using testing::HasSubstr;

std::string name_of(const model_prices* found) {
    return found == nullptr ? "nothing" : found->name;
}

TEST(price_table, holds_every_bundled_model) {
    EXPECT_EQ(whole_table().models_read(), whole_table().size());
    EXPECT_GT(whole_table().size(), 4000U);
    const model_prices* flash = whole_table().lookup("gemini", "gemini-2.5-flash");
    ASSERT_NE(flash, nullptr);
    EXPECT_EQ(flash->name, "gemini/gemini-2.5-flash");
    EXPECT_EQ(flash->provider, "gemini");
    EXPECT_EQ(flash->mode, "chat");
    EXPECT_EQ(flash->max_input_tokens, 1'048'576);
    EXPECT_EQ(flash->max_output_tokens, 65'536);
    EXPECT_EQ(flash->find({price_of::input_token}), 3e-7);
    EXPECT_EQ(flash->find({price_of::search_medium}), 0.035);
    EXPECT_FALSE(flash->search_is_per_query);
}

TEST(price_table, keeps_what_the_filter_wants) {
    table_selection wanted;
    wanted.keep = [](std::string_view, std::string_view provider) { return provider == "gemini"; };
    const auto table = bundled_prices(wanted);
    ASSERT_TRUE(table);
    EXPECT_GT(table->models_read(), 4000U);
    EXPECT_LT(table->size(), 200U);
    EXPECT_NE(table->lookup("gemini", "gemini-2.5-flash"), nullptr);
    EXPECT_EQ(table->lookup("openai", "gpt-4o"), nullptr);
}

TEST(price_table, reads_numbers_given_as_text) {
    const price_table table = table_of(
        R"({"m": {"input_cost_per_token": " 1e-6", "output_cost_per_token": "x",
                  "input_cost_per_query": -1, "cache_read_input_token_cost": null,
                  "input_cost_per_second": "nan", "output_cost_per_second": 1e300,
                  "input_cost_per_image": true, "input_cost_per_character": {}}})");
    const model_prices* found = table.lookup("p", "m");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->find({price_of::input_token}), 1e-6);
    EXPECT_EQ(found->rates().size(), 1U);
}

TEST(price_table, skips_what_is_no_model) {
    const price_table table =
        table_of(R"({"sample_spec": {}, "fallback_generalizations": {"rules": [{"a": {}}]},
                     "number": 1, "list": [{}], "m": {"litellm_provider": 5, "tiered_pricing": {}}})");
    EXPECT_EQ(table.models_read(), 1U);
    EXPECT_EQ(name_of(table.lookup("any", "m")), "m");
}

TEST(price_table, refuses_what_is_no_table) {
    for (const char* text : {"", "null", "[]", "[{}]", "1", R"({"a": {)", R"({"a": {}} x)",
                             "{\"a\": {\"b\": \"\xff\"}}"}) {
        EXPECT_FALSE(price_table::parse(text)) << text;
    }
    EXPECT_TRUE(price_table::parse("{}"));
    EXPECT_FALSE(price_table::parse(std::string(1'000'000, '[')));
}

std::string table_of_many(int models) {
    std::string text = "{";
    for (int i = 0; i < models; ++i) {
        text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":{}";
    }
    return text + '}';
}

TEST(price_table, a_shrunken_table_may_not_replace_the_bundled_one) {
    EXPECT_THAT(refusal(table_of("{}"), 60), HasSubstr("0 models"));
    EXPECT_THAT(refusal(table_of(table_of_many(49)), 60), HasSubstr("fewer than 50"));
    EXPECT_EQ(refusal(table_of(table_of_many(50)), 60), "");
    EXPECT_EQ(refusal(table_of(table_of_many(50)), 100), "");
    EXPECT_THAT(refusal(table_of(table_of_many(50)), 101), HasSubstr("fewer than half"));
}

TEST(price_table, tries_litellms_names_in_its_order) {
    const price_table table = table_of(R"({
        "p/m": {}, "m": {"litellm_provider": "p"}, "n": {}, "p/o": {}, "q": {}, "p/p/r": {},
        "p/s-2024-01-02": {}, "p/s": {}, "x/t": {"litellm_provider": "x"}})");
    EXPECT_EQ(name_of(table.lookup("p", "m")), "p/m");
    EXPECT_EQ(name_of(table.lookup("p", "p/m")), "p/m");
    EXPECT_EQ(name_of(table.lookup("p", "p/p/m")), "p/m");
    EXPECT_EQ(name_of(table.lookup("p", "n")), "n");
    EXPECT_EQ(name_of(table.lookup("p", "p/n")), "n");
    EXPECT_EQ(name_of(table.lookup("p", "maker/n")), "n");
    EXPECT_EQ(name_of(table.lookup("p", "o-2024-08-06")), "p/o");
    EXPECT_EQ(name_of(table.lookup("p", "q-2024-08-06")), "q");
    EXPECT_EQ(name_of(table.lookup("p", "s-2024-01-02")), "p/s-2024-01-02");
    EXPECT_EQ(name_of(table.lookup("p", "r")), "p/p/r");
    EXPECT_EQ(name_of(table.lookup("p", "O")), "p/o");
    EXPECT_EQ(name_of(table.lookup("p", "")), "nothing");
    EXPECT_EQ(name_of(table.lookup("", "n")), "n");
}

TEST(price_table, prefers_the_exact_spelling) {
    const price_table table = table_of(R"({"p/Mm": {}, "p/mM": {}, "p/mm": {}})");
    EXPECT_EQ(name_of(table.lookup("p", "mM")), "p/mM");
    EXPECT_EQ(name_of(table.lookup("p", "mm")), "p/mm");
    EXPECT_NE(table.lookup("p", "MM"), nullptr);
}

TEST(price_table, strips_a_version_as_the_provider_writes_it) {
    EXPECT_EQ(without_version("gemini", "gemini-2.5-flash-001"), "gemini-2.5-flash");
    EXPECT_EQ(without_version("gemini", "gemini-2.5"), "gemini-2.5");
    EXPECT_EQ(without_version("openai", "gpt-4o-2024-08-06"), "gpt-4o");
    EXPECT_EQ(without_version("openai", "gpt-4o-001"), "gpt-4o-001");
    EXPECT_EQ(without_version("openai", "ft:gpt-4o:org::id"), "ft:gpt-4o");
    EXPECT_EQ(without_version("openai", "ft:gpt-4o"), "ft:gpt-4o");
    EXPECT_EQ(without_version("gemini", "123"), "123");
    EXPECT_EQ(without_version("gemini", ""), "");
}

TEST(price_table, an_entry_serves_its_own_provider) {
    EXPECT_EQ(whole_table().lookup("openai", "gemini-2.5-flash"), nullptr);
    EXPECT_EQ(whole_table().lookup("openrouter", "openai/gpt-4o"), nullptr);
    const model_prices* mini = whole_table().lookup("github", "gpt-4o-mini");
    ASSERT_NE(mini, nullptr);
    EXPECT_EQ(mini->find({price_of::input_token}), 1.5e-7);
    EXPECT_EQ(mini->find({price_of::output_token}), 6e-7);
    EXPECT_NE(whole_table().lookup("azure_ai", "gpt-4o"), nullptr);
}

TEST(price_table, an_image_has_a_price_of_its_quality_and_size) {
    const price_table table = table_of(R"({
        "hd/1024-x-1792/dall-e-3": {}, "standard/1024-x-1024/dall-e-3": {},
        "1024-x-1024/dall-e-3": {}, "dall-e-3": {}, "openai/high/1024-x-1024/gpt-image-1": {}})");
    EXPECT_EQ(name_of(table.lookup_image("openai", "dall-e-3", "hd", "1024x1792")),
              "hd/1024-x-1792/dall-e-3");
    EXPECT_EQ(name_of(table.lookup_image("openai", "openai/dall-e-3", "", "")),
              "standard/1024-x-1024/dall-e-3");
    EXPECT_EQ(name_of(table.lookup_image("openai", "dall-e-3", "hd", "1024x1024")),
              "1024-x-1024/dall-e-3");
    EXPECT_EQ(name_of(table.lookup_image("openai", "gpt-image-1", "high", "1024x1024")),
              "openai/high/1024-x-1024/gpt-image-1");
    EXPECT_EQ(name_of(table.lookup_image("openai", "dall-e-3", "hd", "auto")), "dall-e-3");
    EXPECT_EQ(name_of(table.lookup_image("openai", "none", "hd", "auto")), "nothing");
}

TEST(rate_keys, name_a_kind_a_threshold_and_a_tier) {
    using enum price_of;
    EXPECT_EQ(rate_key_of("input_cost_per_token"), rate_key{input_token});
    EXPECT_EQ(rate_key_of("output_cost_per_token_above_200k_tokens_priority"),
              (rate_key{output_token, service_tier::priority, 200'000}));
    EXPECT_EQ(rate_key_of("cache_creation_input_token_cost_above_1hr"),
              rate_key{cache_write_1h_token});
    EXPECT_EQ(rate_key_of("cache_creation_input_token_cost_above_1hr_above_512_tokens"),
              (rate_key{cache_write_1h_token, service_tier::standard, 512}));
    for (const char* name :
         {"", "input_cost", "input_cost_per_token_", "input_cost_per_token_batches",
          "input_cost_per_token_above_k_tokens", "input_cost_per_token_above_0_tokens",
          "input_cost_per_token_above_99999999999k_tokens", "_above_1k_tokens", "_tokens",
          "input_cost_per_audio_token_priority", "input_cost_per_query_above_1k_tokens"}) {
        EXPECT_FALSE(rate_key_of(name)) << name;
    }
}

TEST(billed_tier, is_the_one_served) {
    EXPECT_EQ(billed_tier("", ""), service_tier::standard);
    EXPECT_EQ(billed_tier("flex", ""), service_tier::flex);
    EXPECT_EQ(billed_tier("auto", ""), service_tier::standard);
    EXPECT_EQ(billed_tier("auto", "Priority"), service_tier::priority);
    EXPECT_EQ(billed_tier("priority", "default"), service_tier::standard);
    EXPECT_EQ(billed_tier("flex", "unheard-of"), service_tier::flex);
    EXPECT_EQ(billed_tier("fast", ""), service_tier::priority);
}

} // namespace price_table_test
} // namespace llm_proxy::pricing
