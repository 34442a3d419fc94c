#include "llm_proxy/pricing/cost_calculator.hpp"
#include "llm_proxy/pricing/price_table.hpp"

#include <gtest/gtest.h>

#include "pricing/pricing_test_support.hpp"

namespace llm_proxy::pricing {
namespace cost_calculator_test {

using model::call_type;

/// The cost by prices given as the members of a table's entry.
std::optional<call_cost> cost_with(const std::string& prices, const std::string& usage,
                                   const call_facts& facts = {.provider = "p"}) {
    const price_table table = table_of("{\"m\": {" + prices + "}}");
    return cost_of(read_usage_details(usage).value(), table.lookup(facts.provider, "m"), facts);
}

double total(const std::optional<call_cost>& cost) {
    EXPECT_TRUE(cost);
    return cost ? cost->total() : -1;
}

std::string counts(int prompt, int completion) {
    return R"({"prompt_tokens": )" + std::to_string(prompt) + R"(, "completion_tokens": )" +
           std::to_string(completion) + "}";
}

double flash(const std::string& usage) {
    return total(cost_of(read_usage_details(usage).value(),
                         whole_table().lookup("gemini", "gemini-2.5-flash"),
                         {.provider = "gemini"}));
}

TEST(cost_calculator, gives_the_recorded_figures) {
    EXPECT_DOUBLE_EQ(flash(counts(10, 5)), 1.55e-05);
    EXPECT_DOUBLE_EQ(flash(R"({"prompt_tokens": 100, "completion_tokens": 5,
                               "prompt_tokens_details": {"cached_tokens": 80}})"),
                     2.09e-05);
    EXPECT_DOUBLE_EQ(flash(R"({"prompt_tokens": 10, "completion_tokens": 5,
                               "prompt_tokens_details": {"web_search_requests": 1}})"),
                     0.0350155);
}

TEST(cost_calculator, unpriced_is_not_free) {
    const auto usage = read_usage_details(counts(10, 5)).value();
    EXPECT_FALSE(cost_of(usage, nullptr, {.provider = "openrouter"}));
    EXPECT_EQ(total(cost_with("", counts(10, 5))), 0);
    EXPECT_EQ(total(cost_of(usage, nullptr, {.provider = "ollama"})), 0);
}

TEST(cost_calculator, a_stated_cost_wins_over_all_but_custom_prices) {
    const auto usage = read_usage_details(R"({"prompt_tokens": 10, "cost": 0.5})").value();
    model_prices prices;
    prices.set({price_of::input_token}, 1);
    EXPECT_EQ(total(cost_of(usage, nullptr, {.provider = "openrouter"})), 0.5);
    EXPECT_EQ(total(cost_of(usage, &prices, {.provider = "openrouter"})), 0.5);
    EXPECT_EQ(total(cost_of(usage, &prices, {.provider = "openai"})), 10);
    prices.custom = true;
    EXPECT_EQ(total(cost_of(usage, &prices, {.provider = "openrouter"})), 10);
    const auto nothing = read_usage_details(R"({"prompt_tokens": 10, "cost": 0})").value();
    EXPECT_EQ(total(cost_of(nothing, nullptr, {.provider = "openrouter"})), 0);
}

TEST(cost_calculator, the_highest_threshold_passed_counts) {
    const std::string prices = R"("input_cost_per_token": 1, "output_cost_per_token": 2,
        "input_cost_per_token_above_1k_tokens": 10, "input_cost_per_token_above_2000_tokens": 100,
        "output_cost_per_token_above_1k_tokens": 20)";
    EXPECT_EQ(total(cost_with(prices, counts(1000, 1))), 1002);
    EXPECT_EQ(total(cost_with(prices, counts(1001, 1))), 10030);
    EXPECT_EQ(total(cost_with(prices, counts(2001, 1))), 200120);
    EXPECT_EQ(total(cost_with(prices, counts(1000, 1), {.provider = "xai"})), 10020);
}

TEST(cost_calculator, a_tier_falls_back_to_the_standard_price) {
    const std::string prices = R"("input_cost_per_token": 1, "input_cost_per_token_flex": 0.5,
        "output_cost_per_token": 2, "output_cost_per_reasoning_token": 8)";
    const call_facts flex{.provider = "p", .tier = service_tier::flex};
    EXPECT_EQ(total(cost_with(prices, counts(10, 1), flex)), 7);
    const std::string reasoned = R"({"prompt_tokens": 0, "completion_tokens": 3,
        "completion_tokens_details": {"reasoning_tokens": 2}})";
    EXPECT_EQ(total(cost_with(prices, reasoned, flex)), 18);
    // The tier's own output price covers its reasoning, unless that has a price in the tier.
    EXPECT_EQ(total(cost_with(prices + R"(, "output_cost_per_token_flex": 1)", reasoned, flex)), 3);
}

TEST(cost_calculator, a_range_prices_the_whole_call) {
    const std::string prices = R"("output_cost_per_token": 7, "tiered_pricing": [
        {"range": [100, 200], "input_cost_per_token": "2", "output_cost_per_token": 3},
        {"range": [0, 100], "input_cost_per_token": 1}, {"range": 5}, 6])";
    EXPECT_EQ(total(cost_with(prices, counts(100, 1))), 107);
    EXPECT_EQ(total(cost_with(prices, counts(101, 1))), 205);
    EXPECT_EQ(total(cost_with(prices, counts(999, 1))), 2001);
}

TEST(cost_calculator, bills_other_units) {
    EXPECT_EQ(total(cost_with(R"("input_cost_per_character": 2, "mode": "audio_speech")", "{}",
                              {.type = call_type::speech, .provider = "p", .characters = 11})),
              22);
    EXPECT_FALSE(cost_with("", "{}", {.type = call_type::speech, .provider = "p"}));
    EXPECT_EQ(
        total(cost_with(R"("input_cost_per_second": 0.5, "output_cost_per_second": 0)", "{}",
                        {.type = call_type::transcription, .provider = "p", .audio_seconds = 60})),
        30);
    EXPECT_EQ(total(cost_with(R"("input_cost_per_query": 0.002)", "{}",
                              {.type = call_type::rerank, .provider = "p", .search_units = 3})),
              0.006);
    EXPECT_EQ(total(cost_with(R"("mode": "chat", "input_cost_per_second": 2)", counts(5, 5),
                              {.provider = "p", .seconds = 1.5})),
              3);
    const call_facts drawn{
        .type = call_type::image_generation, .provider = "p", .images = 2, .pixels = 100};
    EXPECT_EQ(total(cost_with(R"("output_cost_per_image": 0.04)", "{}", drawn)), 0.08);
    EXPECT_EQ(total(cost_with(R"("input_cost_per_pixel": 0.01)", "{}", drawn)), 2);
    EXPECT_EQ(total(cost_with(R"("output_cost_per_token": 1, "output_cost_per_image_token": 3)",
                              R"({"input_tokens": 9, "output_tokens": 4})", drawn)),
              12);
    EXPECT_FALSE(cost_with("", "{}", drawn));
}

TEST(cost_calculator, charges_for_searches) {
    const std::string prices = R"("search_context_cost_per_query": {"search_context_size_low": 1,
        "search_context_size_medium": 2, "search_context_size_high": 3})";
    EXPECT_EQ(cost_with(prices, "{}")->tools, 0);
    EXPECT_EQ(cost_with(prices, "{}", {.provider = "p", .has_citations = true})->tools, 2);
    EXPECT_EQ(cost_with(prices, "{}",
                        {.provider = "p", .has_citations = true, .searched = search_size::high})
                  ->tools,
              3);
    const std::string searched = R"({"prompt_tokens_details": {"web_search_requests": 4}})";
    EXPECT_EQ(cost_with(prices, searched)->tools, 2);
    EXPECT_EQ(cost_with(prices, searched, {.provider = "gemini"})->tools, 2);
    EXPECT_EQ(cost_with(prices + R"(, "web_search_billing_unit": "per_query")", searched,
                        {.provider = "gemini"})
                  ->tools,
              8);
    EXPECT_EQ(cost_with(prices, R"({"server_tool_use": {"web_search_requests": 3}})",
                        {.provider = "anthropic"})
                  ->tools,
              6);
}

TEST(cost_calculator, never_bills_less_than_nothing) {
    const std::string prices = R"("input_cost_per_token": 1, "output_cost_per_token": 1,
        "cache_read_input_token_cost": 0)";
    // Counts that contradict each other.
    EXPECT_EQ(total(cost_with(prices, R"({"prompt_tokens": 10, "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 90, "audio_tokens": 70},
        "completion_tokens_details": {"reasoning_tokens": 5, "audio_tokens": 0}})")),
              5);
}

TEST(cost_calculator, data_kept_in_a_region_costs_more) {
    const std::string prices =
        R"("input_cost_per_token": 1, "regional_processing_uplift_multiplier_eu": 1.5)";
    EXPECT_EQ(total(cost_with(prices, counts(10, 0), {.provider = "p", .data_residency = "eu"})),
              15);
    EXPECT_EQ(total(cost_with(prices, counts(10, 0), {.provider = "p", .data_residency = "us"})),
              10);
}

} // namespace cost_calculator_test
} // namespace llm_proxy::pricing
