#include "llm_proxy/config/properties.hpp"
#include "llm_proxy/pricing/custom_prices.hpp"
#include "llm_proxy/util/strings.hpp"

#include <gtest/gtest.h>

#include "pricing/pricing_test_support.hpp"

namespace llm_proxy::pricing {
namespace custom_prices_test {

using enum price_of;

const model_prices* pro() {
    return whole_table().lookup("gemini", "gemini-2.5-pro");
}

TEST(custom_prices, are_none_without_a_price) {
    EXPECT_EQ(custom_prices({}, {}, pro()), nullptr);
    config::model_info info;
    info.echoed = {{"mode", "\"chat\""}, {"mine", "[1]"}, {"input_cost_per_token", "null"}};
    EXPECT_EQ(custom_prices({{"input_cost_per_token", "\"cheap\""}}, info, pro()), nullptr);
}

TEST(custom_prices, of_the_parameters_win_over_those_of_the_info) {
    config::model_info info;
    info.echoed = {{"input_cost_per_token", "1"}, {"output_cost_per_token", "2"}};
    const auto prices = custom_prices({{"input_cost_per_token", "\"3e-6\""}}, info, nullptr);
    ASSERT_NE(prices, nullptr);
    EXPECT_TRUE(prices->custom);
    EXPECT_EQ(prices->find({input_token}), 3e-6);
    EXPECT_EQ(prices->find({output_token}), 2);
}

TEST(custom_prices, inherit_the_cache_and_the_tiers_but_no_threshold) {
    const auto prices = custom_prices({{"input_cost_per_token", "1"}}, {}, pro());
    ASSERT_NE(prices, nullptr);
    EXPECT_EQ(prices->find({cache_read_token}), pro()->find({cache_read_token}));
    EXPECT_TRUE(prices->find({input_token, service_tier::priority}));
    EXPECT_FALSE(prices->find({output_token}));
    EXPECT_FALSE(prices->find({input_token, service_tier::standard, 200'000}));
}

TEST(custom_prices, of_the_output_alone_inherit_no_cache) {
    const auto prices = custom_prices({{"output_cost_per_token", "1"}}, {}, pro());
    ASSERT_NE(prices, nullptr);
    EXPECT_FALSE(prices->find({cache_read_token}));
    EXPECT_TRUE(prices->find({output_token, service_tier::priority}));
}

/// The prices that the configuration serves are those that are read here.
TEST(custom_prices, are_read_where_the_configuration_serves_them) {
    std::size_t count = 0;
    for (const std::string_view name : split(config::price_keys, ' ')) {
        if (!name.empty()) {
            ++count;
            EXPECT_TRUE(rate_key_of(name)) << name;
        }
    }
    EXPECT_GT(count, 70U);
}

TEST(entry_for, takes_the_first_name_that_has_prices) {
    const price_table table = table_of(R"({"base": {}, "answered": {}, "deployed": {}})");
    const auto name = [&](const priced_names& names) {
        const model_prices* found = entry_for(table, "p", names);
        return found == nullptr ? "nothing" : found->name;
    };
    EXPECT_EQ(name({"base", "answered", "deployed"}), "base");
    EXPECT_EQ(name({"", "answered", "deployed"}), "answered");
    EXPECT_EQ(name({"unknown", "unknown", "deployed"}), "deployed");
    EXPECT_EQ(name({"", "", "unknown"}), "nothing");
    EXPECT_EQ(name({}), "nothing");
}

} // namespace custom_prices_test
} // namespace llm_proxy::pricing
