#include "llm_proxy/routing/cooldown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/routing_test_support.hpp"

namespace llm_proxy::routing {
namespace cooldown_test {

using std::chrono::seconds;
using test::test_group;

class cooldown : public testing::Test {
protected:
    /// Seconds that the first deployment of a group rests after such a failure; 0: not at all.
    double after(test_group& group, int status, error_class kind = error_class::unknown,
                 std::optional<double> retry_after = {}) {
        error failure(status, "", why);
        failure.kind = kind;
        const auto rest = rest_after({.failed = failed_try::of(failure, retry_after),
                                      .found = group.found,
                                      .target = group[0],
                                      .rules = group.rules,
                                      .why = why,
                                      .clients_timeout = clients_timeout,
                                      .now = group.now});
        bad_credential = rest && rest->bad_credential;
        return rest ? std::chrono::duration<double>(rest->until - group.now).count() : 0;
    }

    std::string why = "no";
    bool clients_timeout = false;
    bool bad_credential = false;
};

TEST_F(cooldown, a_rate_limit_rests_at_once_if_there_is_another) {
    test_group pair(2);
    EXPECT_EQ(after(pair, 429), 5);
    EXPECT_EQ(after(pair, 429, error_class::rate_limit, 7), 7);
    pair.rules.cooldown_time = 30;
    EXPECT_EQ(after(pair, 429), 30);
    pair[0].routing.cooldown_time = 2;
    EXPECT_EQ(after(pair, 429, error_class::rate_limit, 7), 2);
    test_group alone(1);
    EXPECT_EQ(after(alone, 429), 0);
}

TEST_F(cooldown, what_no_retry_helps_rests_at_once) {
    test_group pair(2);
    EXPECT_EQ(after(pair, 402), 5);
    EXPECT_EQ(after(pair, 404), 5);
    for (const int status : {400, 403, 409, 413, 422})
        EXPECT_EQ(after(pair, status), 0) << status;
    test_group alone(1);
    EXPECT_EQ(after(alone, 402), 0);
    EXPECT_EQ(after(alone, 404), 0);
}

TEST_F(cooldown, a_wrong_name_says_nothing_of_a_wildcard) {
    test_group pair(2);
    pair.group.wildcard = true;
    EXPECT_EQ(after(pair, 404), 0);
    EXPECT_EQ(after(pair, 429), 5);
}

TEST_F(cooldown, other_failures_rest_when_most_calls_fail) {
    test_group pair(2);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(after(pair, 500), 0) << i;
    EXPECT_EQ(after(pair, 500), 5);
    test_group half(2);
    for (int i = 0; i < 5; ++i)
        half.state(0).count_success(half.now);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(after(half, 500), 0) << i;
    EXPECT_EQ(after(half, 500), 5);
    half.now += seconds(60);
    EXPECT_EQ(after(half, 500), 0);
}

TEST_F(cooldown, the_only_deployment_rests_after_a_thousand_failures) {
    test_group alone(1);
    for (int i = 0; i < 999; ++i)
        ASSERT_EQ(after(alone, 500), 0) << i;
    EXPECT_EQ(after(alone, 500), 5);
}

TEST_F(cooldown, allowed_fails_are_counted_even_alone) {
    test_group alone(1);
    alone.rules.failures.allowed_fails = 1;
    EXPECT_EQ(after(alone, 500), 0);
    EXPECT_EQ(after(alone, 500), 5);
    alone.now += seconds(6);
    EXPECT_EQ(after(alone, 500), 0);
}

TEST_F(cooldown, a_policy_allows_by_the_kind) {
    test_group alone(1);
    alone.rules.failures.allowed_fails = 0;
    alone.rules.allowed_fails_policy.emplace()
        .by_class[static_cast<std::size_t>(error_class::timeout)] = 2;
    EXPECT_EQ(after(alone, 408, error_class::timeout), 0);
    EXPECT_EQ(after(alone, 408, error_class::timeout), 0);
    EXPECT_EQ(after(alone, 408, error_class::timeout), 5);
    EXPECT_EQ(after(alone, 500), 5);
}

TEST_F(cooldown, the_deployments_own_rules_win) {
    test_group pair(2);
    pair[0].routing.allowed_fails = 1;
    EXPECT_EQ(after(pair, 429), 0);
    EXPECT_EQ(after(pair, 429), 5);
    pair[0]
        .routing.allowed_fails_policy.by_class[static_cast<std::size_t>(error_class::bad_request)] =
        0;
    EXPECT_EQ(after(pair, 400), 5);
    EXPECT_EQ(after(pair, 422), 5);
}

TEST_F(cooldown, may_be_off) {
    test_group pair(2);
    pair.rules.disable_cooldowns = true;
    EXPECT_EQ(after(pair, 429), 0);
    pair.rules.disable_cooldowns = false;
    pair.rules.cooldown_time = 0;
    EXPECT_EQ(after(pair, 429), 0);
}

TEST_F(cooldown, the_clients_own_timeout_does_not_count) {
    test_group pair(2);
    pair.rules.failures.allowed_fails = 0;
    clients_timeout = true;
    EXPECT_EQ(after(pair, 408, error_class::timeout), 0);
    clients_timeout = false;
    EXPECT_EQ(after(pair, 408, error_class::timeout), 5);
}

TEST_F(cooldown, a_bad_credential_rests_a_minute_even_alone) {
    test_group alone(1);
    EXPECT_EQ(after(alone, 401), 60);
    EXPECT_TRUE(bad_credential);
    EXPECT_EQ(after(alone, 403), 0);
    why = "Your API key was reported as leaked.";
    EXPECT_EQ(after(alone, 403), 60);
    EXPECT_TRUE(bad_credential);
    alone[0].routing.cooldown_time = 3;
    EXPECT_EQ(after(alone, 401), 3);
    alone.rules.disable_cooldowns = true;
    EXPECT_EQ(after(alone, 401), 0);
}

TEST_F(cooldown, rests_and_reasons_are_bounded) {
    test_group pair(2);
    why = std::string(10000, 'x');
    EXPECT_EQ(after(pair, 429, error_class::rate_limit, 1e18), 86400);
    error failure(429, "", why);
    const auto rest = rest_after(
        {failed_try::of(failure), pair.found, pair[0], pair.rules, why, false, pair.now});
    EXPECT_LT(rest->why.size(), 600U);
    EXPECT_THAT(rest->why, testing::StartsWith("429: xxx"));
}

} // namespace cooldown_test
} // namespace llm_proxy::routing
