#include "llm_proxy/limits/shared_quota.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/routing/strategies.hpp"

#include <gtest/gtest.h>

#include "routing/routing_test_support.hpp"
#include <cmath>

namespace llm_proxy::routing {
namespace strategies_test {

using config::routing_strategy;
using limits::kind;
using std::chrono::hours;
using std::chrono::seconds;
using test::test_group;

void set_prices(model::deployment& item, std::string_view input, std::string_view output) {
    item.prices_set = {{"input_cost_per_token", std::string(input)},
                       {"output_cost_per_token", std::string(output)}};
    item.prices = std::make_shared<pricing::deployment_prices>(
        std::make_shared<pricing::price_table>(), item);
}

/// A quota of so many requests a day, of which some are used.
void set_quota(test_group& group, std::size_t index, std::int64_t limit, int used) {
    auto quota = std::make_shared<limits::shared_quota>("q", nullptr, group.wall);
    limits::limit_table table;
    table[static_cast<std::size_t>(kind::rpd)] = limit;
    quota->configure(table, limits::reset_rule());
    for (int i = 0; i < used; ++i) {
        limits::reservation place;
        EXPECT_FALSE(quota->take(1, group.wall, place));
        place.reached();
    }
    group[index].quota = quota;
}

TEST(least_busy, the_fewest_in_flight_the_first_of_equals) {
    test_group group(3);
    group.rules.strategy = routing_strategy::least_busy;
    group.state(0).begin();
    EXPECT_EQ(group.choose(0.99), "1");
    group.state(1).begin();
    group.state(2).begin();
    group.state(2).begin();
    EXPECT_EQ(group.choose(0.99), "0");
}

TEST(usage_based, the_fewest_tokens_of_this_minute) {
    test_group group(3);
    group.rules.strategy = routing_strategy::usage_based;
    group.state(0).count_tokens(5, group.now);
    group.state(1).count_tokens(3, group.now);
    group.state(2).count_tokens(3, group.now);
    EXPECT_EQ(group.choose(0), "1");
    EXPECT_EQ(group.choose(0.99), "2");
    group[1].tpm = 3;
    EXPECT_EQ(group.choose(0), "2");
    group[2].rpm = 2;
    group.state(2).count_request(group.now);
    EXPECT_EQ(group.choose(0), "2");
    group.state(2).count_request(group.now);
    EXPECT_EQ(group.choose(0), "0");
    group.now += seconds(60);
    EXPECT_EQ(group.choose(0), "0");
    EXPECT_EQ(group.choose(0.99), "2");
}

TEST(usage_based, limits_are_not_its_business) {
    test_group group(2);
    group.rules.strategy = routing_strategy::usage_based;
    group[0].tpm = group[1].tpm = 1;
    group.state(0).count_tokens(5, group.now);
    group.state(1).count_tokens(4, group.now);
    EXPECT_EQ(group.choose(), "1");
}

TEST(latency_based, the_lowest_and_unused_ones_first) {
    test_group group(3);
    group.rules.strategy = routing_strategy::latency_based;
    group.state(0).add_latency(2, 10, group.now);
    group.state(1).add_latency(1, 10, group.now);
    EXPECT_EQ(group.choose(), "2");
    group.state(2).add_latency(1.2, 10, group.now);
    EXPECT_EQ(group.choose(0.99), "1");
    group.rules.latency.lowest_latency_buffer = 0.3;
    EXPECT_EQ(group.choose(0.99), "2");
    group.state(0).add_first_token(0.1, 10, group.now);
    group.stream = true;
    EXPECT_EQ(group.choose(0.99), "0");
}

TEST(cost_based, the_lowest_price_and_an_unknown_one_last) {
    test_group group(3);
    group.rules.strategy = routing_strategy::cost_based;
    set_prices(group[1], "0.002", "0.001");
    set_prices(group[2], "0.001", "0.001");
    EXPECT_EQ(group.choose(0.99), "2");
    group.excluded = {&group[2]};
    EXPECT_EQ(group.choose(0.99), "1");
    group.excluded.push_back(&group[1]);
    EXPECT_EQ(group.choose(0.99), "0");
}

TEST(free_first, what_is_free) {
    test_group group(1);
    EXPECT_FALSE(is_free(group[0]));
    group[0].upstream_model = "deepseek/r1:free";
    EXPECT_TRUE(is_free(group[0]));
    group[0].routing.free_tier = false;
    EXPECT_FALSE(is_free(group[0]));
    group[0].routing.free_tier.reset();
    group[0].upstream_model = "m";
    set_prices(group[0], "0", "0.1");
    EXPECT_FALSE(is_free(group[0]));
    set_prices(group[0], "0", "0");
    EXPECT_TRUE(is_free(group[0]));
}

TEST(free_first, free_ones_then_those_at_home_then_paid_ones) {
    test_group group(4);
    group.rules.strategy = routing_strategy::free_first;
    group[0].weight = 5;
    group[1].at_home = true;
    group[2].routing.free_tier = true;
    EXPECT_EQ(group.choose(), "2");
    group.excluded = {&group[2]};
    EXPECT_EQ(group.choose(), "1");
    group.excluded = {&group[1], &group[2]};
    EXPECT_EQ(group.choose(0.99), "0");
}

TEST(free_first, the_quota_that_would_be_wasted_most_comes_first) {
    test_group group(3);
    group.rules.strategy = routing_strategy::free_first;
    for (std::size_t i = 0; i < 3; ++i)
        group[i].routing.free_tier = true;
    set_quota(group, 0, 50, 10);
    set_quota(group, 1, 100, 70);
    set_quota(group, 2, 1000, 999);
    EXPECT_EQ(group.choose(0.5), "0");
    group.excluded = {&group[0]};
    EXPECT_EQ(group.choose(0.5), "1");
    group[2].quota = nullptr;
    EXPECT_EQ(group.choose(0.5), "2");
}

TEST(spare_rate, goes_by_the_tightest_limit) {
    const limits::time_point now{hours(500000)};
    std::array<limits::standing, limits::kind_count> all;
    EXPECT_TRUE(std::isinf(spare_rate(all, now)));
    auto& day = all[static_cast<std::size_t>(kind::rpd)];
    day.configured = 100;
    day.used = 28;
    day.reset = now + hours(1);
    EXPECT_DOUBLE_EQ(spare_rate(all, now), 72.0 / 3600);
    day.learned = 64;
    EXPECT_DOUBLE_EQ(spare_rate(all, now), 36.0 / 3600);
    auto& minute = all[static_cast<std::size_t>(kind::rpm)];
    minute.configured = 3;
    EXPECT_DOUBLE_EQ(spare_rate(all, now), 36.0 / 3600);
    minute.used = 3;
    minute.reset = now + seconds(30);
    EXPECT_EQ(spare_rate(all, now), 0);
    minute = {};
    auto& tokens = all[static_cast<std::size_t>(kind::tpd)];
    tokens.configured = 18000;
    tokens.reset = now + hours(1);
    EXPECT_DOUBLE_EQ(spare_rate(all, now), 18.0 / 3600);
    tokens.used = 20000;
    EXPECT_EQ(spare_rate(all, now), 0);
}

} // namespace strategies_test
} // namespace llm_proxy::routing
