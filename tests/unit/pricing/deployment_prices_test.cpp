#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/pricing/needed_entries.hpp"

#include <gtest/gtest.h>

#include "pricing/pricing_test_support.hpp"
#include <thread>

namespace llm_proxy::pricing {
namespace deployment_prices_test {

std::shared_ptr<const price_table> small_table() {
    return std::make_shared<const price_table>(table_of(R"({
        "cheap": {"litellm_provider": "openai", "input_cost_per_token": 1},
        "dear": {"litellm_provider": "openai", "input_cost_per_token": 9},
        "old": {"litellm_provider": "text-completion-openai", "input_cost_per_token": 3},
        "hd/1024-x-1792/paint": {"litellm_provider": "openai", "input_cost_per_pixel": 4},
        "paint": {"litellm_provider": "openai", "input_cost_per_pixel": 2}})"));
}

model::deployment named(std::string model, std::string base_model = "") {
    model::deployment out;
    out.provider = "openai";
    out.upstream_model = std::move(model);
    out.info.base_model = std::move(base_model);
    return out;
}

std::string entry_of(const deployment_prices& prices, std::string_view answered,
                     std::string_view asked = "cheap") {
    const model_prices* found = prices.for_answer(answered, asked);
    return found == nullptr ? "-" : found->name;
}

TEST(deployment_prices, the_answers_model_goes_before_the_deployments) {
    const deployment_prices prices(small_table(), named("cheap"));
    for (int round = 0; round < 2; ++round) { // looked up, then remembered
        EXPECT_EQ(entry_of(prices, ""), "cheap");
        EXPECT_EQ(entry_of(prices, "cheap"), "cheap");
        EXPECT_EQ(entry_of(prices, "dear-2024-01-02"), "dear");
        EXPECT_EQ(entry_of(prices, "unknown"), "cheap");
    }
    const deployment_prices wildcard(small_table(), named("*"));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(entry_of(wildcard, "dear", "cheap"), "dear");
        EXPECT_EQ(entry_of(wildcard, "unknown", "cheap"), "cheap");
        EXPECT_EQ(entry_of(wildcard, "unknown", "dear"), "dear");
        EXPECT_EQ(entry_of(wildcard, "", "unknown"), "-");
    }
}

TEST(deployment_prices, a_base_model_goes_before_the_answers) {
    const deployment_prices prices(small_table(), named("my-own", "dear"));
    EXPECT_EQ(entry_of(prices, "cheap"), "dear");
    EXPECT_EQ(prices.entry()->name, "dear");
    const deployment_prices mistaken(small_table(), named("cheap", "nothing"));
    EXPECT_EQ(entry_of(mistaken, "dear"), "dear");
}

TEST(deployment_prices, those_of_the_deployment_go_before_all) {
    model::deployment own = named("cheap", "dear");
    own.prices_set = {{"output_cost_per_token", "5"}};
    const deployment_prices prices(small_table(), own);
    ASSERT_NE(prices.custom(), nullptr);
    EXPECT_EQ(prices.for_answer("cheap", "dear"), prices.custom());
    EXPECT_EQ(prices.for_image("paint", "", "hd", ""), prices.custom());
    EXPECT_EQ(prices.custom()->find({price_of::output_token}), 5);
    EXPECT_EQ(prices.custom()->find({price_of::input_token}), std::nullopt);
}

TEST(deployment_prices, many_names_of_answers_are_looked_up_all_the_same) {
    const deployment_prices prices(small_table(), named("*"));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                EXPECT_EQ(entry_of(prices, "unknown-" + std::to_string(i), ""), "-");
                EXPECT_EQ(entry_of(prices, "dear"), "dear");
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(entry_of(prices, "cheap"), "cheap");
}

TEST(deployment_prices, images_have_prices_by_quality_and_size) {
    const deployment_prices prices(small_table(), named("paint"));
    EXPECT_EQ(prices.for_image("", "paint", "hd", "1024x1792")->name, "hd/1024-x-1792/paint");
    EXPECT_EQ(prices.for_image("unknown", "paint", "", "")->name, "paint");
    EXPECT_EQ(deployment_prices(small_table(), named("x")).for_image("", "x", "", ""), nullptr);
}

TEST(deployment_prices, openais_old_completions_have_prices) {
    EXPECT_EQ(entry_of(deployment_prices(small_table(), named("old")), "", "old"), "old");
    const auto kept = needed_entries(std::vector<priced_deployment>{{"openai", "x", ""}}).keep;
    EXPECT_TRUE(kept("old", "text-completion-openai"));
}

TEST(deployment_prices, tell_the_region_of_openais_hosts) {
    model::deployment of = named("cheap");
    auto origin = std::make_shared<model::endpoint>();
    origin->host = "eu.api.openai.com";
    of.origin = origin;
    EXPECT_EQ(deployment_prices(small_table(), of).data_residency(), "eu");
    of.provider = "azure";
    EXPECT_EQ(deployment_prices(small_table(), of).data_residency(), "");
}

TEST(deployment_prices, only_deployments_that_can_have_a_price_get_any) {
    model::deployment_list list;
    for (const char* provider : {"openai", "lm_studio", "openrouter", "ollama_chat"}) {
        auto one = std::make_shared<model::deployment>(named("x"));
        one->provider = provider;
        list.push_back(one);
    }
    auto own = std::make_shared<model::deployment>(*list[1]);
    own->prices_set = {{"input_cost_per_token", "0"}};
    list.push_back(own);
    const auto made = priced(list, small_table());
    ASSERT_EQ(made.size(), 5U);
    EXPECT_TRUE(made[0]->prices);  // its answers may name a model of the table
    EXPECT_FALSE(made[1]->prices); // no entry can be its
    EXPECT_TRUE(made[2]->prices);  // states costs
    EXPECT_TRUE(made[3]->prices);  // free
    EXPECT_TRUE(made[4]->prices);
}

TEST(packed_prices, read_what_was_packed) {
    const auto packed = packed_prices::pack(R"({"a": {"input_cost_per_token": 2}})");
    ASSERT_TRUE(packed);
    const auto table = packed->read();
    ASSERT_TRUE(table);
    EXPECT_EQ(table->lookup("p", "a")->find({price_of::input_token}), 2);
    EXPECT_FALSE(packed_prices::pack("")->read());
    EXPECT_FALSE(packed_prices::pack("no table")->read());
    EXPECT_GT(packed_prices().read()->models_read(), 4000U);
}

} // namespace deployment_prices_test
} // namespace llm_proxy::pricing
