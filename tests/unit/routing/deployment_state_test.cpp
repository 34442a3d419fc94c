#include "llm_proxy/routing/state_book.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace llm_proxy::routing {
namespace deployment_state_test {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr time_point start{std::chrono::hours(100)};

TEST(deployment_state, counts_by_the_minute) {
    deployment_state state;
    state.count_tokens(10, start);
    state.count_tokens(5, start + seconds(59));
    EXPECT_EQ(state.tokens(start + seconds(59)), 15U);
    EXPECT_EQ(state.tokens(start + seconds(60)), 0U);
    state.count_tokens(1, start + seconds(61));
    EXPECT_EQ(state.tokens(start + seconds(62)), 1U);
    state.count_tokens(-7, start + seconds(61));
    state.count_tokens(1LL << 40, start + seconds(61));
    EXPECT_EQ(state.tokens(start + seconds(62)), 0xFFFFFFFFU);
}

TEST(deployment_state, counts_are_whole_with_many_threads) {
    deployment_state state;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&state] {
            for (int call = 0; call < 10000; ++call) {
                state.begin();
                state.count_request(start);
                state.end();
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(state.requests(start), 40000U);
    EXPECT_EQ(state.in_flight(), 0);
}

TEST(deployment_state, rests_until_its_time) {
    deployment_state state;
    EXPECT_FALSE(state.resting(start));
    EXPECT_FALSE(state.begin_rest({start + seconds(5), "429", false}, start));
    EXPECT_TRUE(state.resting(start + seconds(4)));
    EXPECT_EQ(state.current_rest(start)->why, "429");
    EXPECT_FALSE(state.resting(start + seconds(5)));
    EXPECT_FALSE(state.current_rest(start + seconds(5)));
}

TEST(deployment_state, a_shorter_rest_does_not_end_a_longer_one) {
    deployment_state state;
    state.begin_rest({start + seconds(60), "long", false}, start);
    state.begin_rest({start + seconds(5), "short", false}, start);
    EXPECT_EQ(state.current_rest(start + seconds(10))->why, "long");
}

TEST(deployment_state, a_bad_credential_is_worth_telling_once) {
    deployment_state state;
    EXPECT_TRUE(state.begin_rest({start + seconds(5), "bad", true}, start));
    const time_point later = start + seconds(6);
    EXPECT_FALSE(state.begin_rest({later + seconds(5), "bad", true}, later));
    state.renew_credential();
    EXPECT_FALSE(state.resting(later));
    EXPECT_TRUE(state.begin_rest({later + seconds(5), "bad", true}, later));
    state.count_success(later);
    EXPECT_FALSE(state.resting(later));
}

TEST(deployment_state, renewing_the_credential_ends_no_other_rest) {
    deployment_state state;
    state.begin_rest({start + seconds(5), "429", false}, start);
    state.renew_credential();
    EXPECT_TRUE(state.resting(start));
}

TEST(deployment_state, failures_count_while_they_follow_one_another) {
    deployment_state state;
    const auto fail = [&](error_class kind, int second) {
        return state.count_fail(kind, seconds(5), start + seconds(second));
    };
    EXPECT_EQ(fail(error_class::timeout, 0), 1);
    EXPECT_EQ(fail(error_class::timeout, 4), 2);
    EXPECT_EQ(fail(error_class::rate_limit, 5), 1);
    EXPECT_EQ(state.count_fail(std::nullopt, seconds(5), start), 1);
    EXPECT_EQ(fail(error_class::timeout, 10), 1);
}

TEST(deployment_state, latencies_are_a_mean_of_the_last_ones) {
    deployment_state state;
    config::latency_settings settings;
    EXPECT_EQ(state.latency(false, settings, start), 0);
    for (const double one : {100.0, 1.0, 3.0})
        state.add_latency(one, 2, start);
    EXPECT_EQ(state.latency(false, settings, start), 2);
    EXPECT_EQ(state.latency(true, settings, start), 2);
    settings.ttl = 60;
    EXPECT_EQ(state.latency(false, settings, start + seconds(61)), 0);
}

TEST(deployment_state, streams_go_by_their_first_token) {
    deployment_state state;
    config::latency_settings settings;
    state.add_latency(9, 10, start);
    for (const double one : {0.3, 0.1, 0.2, 2.2})
        state.add_first_token(one, 10, start);
    EXPECT_DOUBLE_EQ(state.latency(true, settings, start), 0.7);
    EXPECT_EQ(state.latency(false, settings, start), 9);
    settings.ttft_percentile = 0.5;
    EXPECT_DOUBLE_EQ(state.latency(true, settings, start), 0.2);
    settings.ttft_percentile = 1;
    EXPECT_DOUBLE_EQ(state.latency(true, settings, start), 2.2);
}

TEST(state_book, keeps_a_state_by_the_deployments_id) {
    state_book book;
    auto item = std::make_shared<model::deployment>();
    item->id = "a";
    const auto first = with_states({item}, book);
    EXPECT_EQ(item->state, nullptr);
    first[0]->state->begin_rest({start + seconds(5), "429", false}, start);
    EXPECT_TRUE(with_states({item}, book)[0]->state->resting(start));
    item->id = "b";
    EXPECT_FALSE(with_states({item}, book)[0]->state->resting(start));
}

TEST(state_book, a_new_configuration_gives_credentials_another_chance) {
    state_book book;
    book.open("a")->begin_rest({start + minutes(1), "401", true}, start);
    auto item = std::make_shared<model::deployment>();
    item->id = "a";
    EXPECT_FALSE(with_states({item}, book)[0]->state->resting(start));
}

} // namespace deployment_state_test
} // namespace llm_proxy::routing
