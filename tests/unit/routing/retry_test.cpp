#include "llm_proxy/routing/retry.hpp"

#include <gtest/gtest.h>

#include "routing/routing_test_support.hpp"

namespace llm_proxy::routing {
namespace retry_test {

using std::chrono::milliseconds;
using test::fixed_random;

failed_try failed_with(int status, error_class kind = error_class::unknown) {
    error failure(status, "", "");
    failure.kind = kind;
    return failed_try::of(failure);
}

struct setting {
    std::optional<int> request;
    config::router_settings rules;
    model::deployment target;
    std::size_t group_size = 1;

    int retries(const failed_try& failed) const {
        return retries_after(failed, {request, target, rules, "group", group_size});
    }
};

TEST(retries, only_some_failures_are_tried_again) {
    const setting usual;
    for (const int status : {408, 409, 429, 500, 502, 503, 529})
        EXPECT_EQ(usual.retries(failed_with(status)), 2) << status;
    for (const int status : {400, 401, 402, 403, 404, 410, 413, 422})
        EXPECT_EQ(usual.retries(failed_with(status)), 0) << status;
    EXPECT_EQ(usual.retries(failed_with(400, error_class::context_window_exceeded)), 0);
}

TEST(retries, a_refused_credential_is_tried_with_another) {
    setting several;
    several.group_size = 2;
    EXPECT_EQ(several.retries(failed_with(401)), 2);
    EXPECT_EQ(several.retries(failed_with(403)), 2);
    EXPECT_EQ(several.retries(failed_with(404)), 0);
}

TEST(retries, the_strongest_source_counts) {
    setting from;
    const failed_try failed = failed_with(500);
    from.rules.failures.num_retries = 3;
    EXPECT_EQ(from.retries(failed), 3);
    from.target.max_retries = 5;
    EXPECT_EQ(from.retries(failed), 5);
    from.target.max_retries = 1;
    EXPECT_EQ(from.retries(failed), 3);
    from.target.routing.num_retries = 4;
    EXPECT_EQ(from.retries(failed), 4);
    from.request = 1;
    EXPECT_EQ(from.retries(failed), 1);
    from.rules.retry_policy.emplace()
        .by_class[static_cast<std::size_t>(error_class::internal_server)] = 7;
    EXPECT_EQ(from.retries(failed), 7);
    EXPECT_EQ(from.retries(failed_with(502)), 1);
    from.rules.model_group_retry_policy["group"].otherwise = 6;
    EXPECT_EQ(from.retries(failed), 6);
    from.request = 0;
    EXPECT_EQ(from.retries(failed), 0);
}

TEST(retries, a_policy_holds_for_any_failure) {
    setting from;
    from.rules.retry_policy.emplace().by_class[static_cast<std::size_t>(error_class::bad_request)] =
        3;
    EXPECT_EQ(from.retries(failed_with(400)), 3);
    EXPECT_EQ(from.retries(failed_with(400, error_class::content_policy_violation)), 3);
    EXPECT_EQ(from.retries(failed_with(404)), 0);
}

TEST(retries, are_bounded) {
    setting from;
    from.request = 1000000;
    EXPECT_EQ(from.retries(failed_with(500)), 100);
}

milliseconds delay(const failed_try& failed, int done, double least = 0, double drawn = 0) {
    fixed_random random(drawn);
    return retry_delay(failed, done, least, random);
}

TEST(retry_delay, doubles_up_to_eight_seconds) {
    const int expected[] = {500, 1000, 2000, 4000, 8000, 8000};
    for (int done = 0; done < 6; ++done)
        EXPECT_EQ(delay(failed_with(500), done), milliseconds(expected[done])) << done;
    EXPECT_EQ(delay(failed_with(500), 60), milliseconds(8000));
}

TEST(retry_delay, has_up_to_three_quarters_of_a_second_at_random) {
    EXPECT_EQ(delay(failed_with(500), 0, 0, 1), milliseconds(1250));
    EXPECT_EQ(delay({error_class::rate_limit, 429, 7}, 0, 0, 0.5), milliseconds(7375));
}

TEST(retry_delay, is_at_least_what_the_operator_says) {
    EXPECT_EQ(delay(failed_with(500), 0, 3), milliseconds(3000));
    EXPECT_EQ(delay(failed_with(500), 3, 3), milliseconds(4000));
    EXPECT_EQ(delay(failed_with(500), 3, 12), milliseconds(12000));
}

TEST(retry_delay, takes_the_upstreams_wish_up_to_a_minute) {
    EXPECT_EQ(delay({error_class::rate_limit, 429, 7.5}, 0), milliseconds(7500));
    EXPECT_EQ(delay({error_class::rate_limit, 429, 60}, 3), milliseconds(60000));
    for (const double wish : {61.0, 0.0, -1.0})
        EXPECT_EQ(delay({error_class::rate_limit, 429, wish}, 0), milliseconds(500)) << wish;
}

TEST(caller_deadline, is_the_sooner_of_the_two) {
    const time_point started{std::chrono::hours(5)};
    const auto seconds = [&](std::optional<std::string_view> read,
                             std::optional<std::string_view> total) {
        return std::chrono::duration<double>(caller_deadline(started, read, total) - started)
            .count();
    };
    EXPECT_EQ(seconds("600", "2.5"), 2.5);
    EXPECT_EQ(seconds("3", "9"), 3);
    EXPECT_EQ(seconds("3", std::nullopt), 3);
    for (const char* odd : {"", "x", "-1", "0", "nan"})
        EXPECT_GT(seconds(odd, std::nullopt), 1e7) << odd;
    EXPECT_GT(seconds("1e300", "inf"), 1e7);
}

} // namespace retry_test
} // namespace llm_proxy::routing
