#include "llm_proxy/routing/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/routing_test_support.hpp"

namespace llm_proxy::routing {
namespace router_test {

using std::chrono::seconds;
using test::test_group;
using testing::HasSubstr;

/// Which deployment each drawn number leads to.
std::string picks(const test_group& group, const std::vector<double>& drawn) {
    std::string out;
    for (const double number : drawn)
        out += group.choose(number);
    return out;
}

void put_to_rest(test_group& group, std::size_t index, seconds time, bool bad_credential = false) {
    group.state(index).begin_rest({group.now + time, "why", bad_credential}, group.now);
}

TEST(router, the_only_deployment_serves) {
    EXPECT_EQ(picks(test_group(1), {0, 0.999}), "00");
}

TEST(router, shuffles_evenly_without_weights) {
    EXPECT_EQ(picks(test_group(4), {0, 0.249, 0.25, 0.5, 0.749, 0.75, 0.999999}), "0012233");
}

TEST(router, shuffles_by_weight_then_rpm_then_tpm) {
    test_group group(3);
    group[0].tpm = 3;
    group[1].tpm = 1;
    EXPECT_EQ(picks(group, {0.05, 0.74, 0.76}), "001");
    group[1].rpm = 10;
    group[2].rpm = 90;
    EXPECT_EQ(picks(group, {0.05, 0.11, 0.99}), "122");
    group[0].weight = 9;
    group[1].weight = 1;
    EXPECT_EQ(picks(group, {0, 0.5, 0.89, 0.91, 0.999999}), "00011");
}

TEST(router, shares_follow_the_weights) {
    test_group group(2);
    group[0].weight = 3;
    group[1].weight = 1;
    fast_random random(7);
    int first = 0;
    for (int i = 0; i < 4000; ++i)
        first += (*choose(group.found, group.how(), random))->id == "0" ? 1 : 0;
    EXPECT_NEAR(first, 3000, 150);
}

TEST(router, a_deployment_asked_for_by_id_serves) {
    test_group group(3);
    group.found.only = &group[1];
    EXPECT_EQ(picks(group, {0.0, 0.5, 0.99}), "111");
    group.excluded = {&group[1]};
    EXPECT_EQ(group.choose(), "-");
}

TEST(router, passes_over_what_is_excluded_or_rests) {
    test_group group(3);
    group[0].weight = 100;
    group.excluded = {&group[0]};
    EXPECT_EQ(picks(group, {0, 0.4, 0.6}), "112");
    put_to_rest(group, 1, seconds(5));
    EXPECT_EQ(picks(group, {0, 0.4, 0.6}), "222");
    group.excluded.push_back(&group[2]);
    EXPECT_EQ(group.choose(), "-");
    group.now += seconds(5);
    EXPECT_EQ(group.choose(), "1");
}

TEST(router, the_only_deployment_may_rest) {
    test_group group(1);
    put_to_rest(group, 0, seconds(5));
    EXPECT_EQ(group.choose(), "-");
    group.now += seconds(5);
    EXPECT_EQ(group.choose(), "0");
}

TEST(router, a_deployment_without_its_key_is_passed_over) {
    test_group group(2);
    group[0].credential_missing = true;
    EXPECT_EQ(picks(group, {0, 0.99}), "11");
    group[0].mock_response = "hi";
    EXPECT_EQ(picks(group, {0, 0.99}), "01");
}

TEST(router, a_lower_order_comes_first) {
    test_group group(4);
    group[1].routing.order = 2;
    group[2].routing.order = 1;
    group[3].routing.order = 2;
    EXPECT_EQ(picks(group, {0, 0.99}), "22");
    group.excluded = {&group[2]};
    EXPECT_EQ(picks(group, {0, 0.99}), "13");
    group.excluded = {&group[1], &group[2], &group[3]};
    EXPECT_EQ(picks(group, {0, 0.99}), "00");
}

TEST(unavailable, tells_when_the_first_rest_ends) {
    test_group group(2);
    put_to_rest(group, 0, seconds(8));
    put_to_rest(group, 1, seconds(30));
    group.now += seconds(3);
    const error told = unavailable(group.found, group.how(), "g");
    EXPECT_EQ(told.status, 429);
    EXPECT_EQ(told.type, "all_deployments_in_cooldown");
    EXPECT_EQ(
        told.message,
        "No deployments available for selected model, Try again in 5 seconds. All deployments "
        "for selected model are in cooldown. Passed model=g. pre-call-checks=False, "
        "cooldown_list=['0', '1']");
    ASSERT_EQ(told.headers.size(), 1U);
    EXPECT_EQ(told.headers[0], std::pair(std::string("retry-after"), std::string("5")));
    EXPECT_EQ(told.kind, error_class::rate_limit);
}

TEST(unavailable, does_not_blame_the_client_for_a_bad_credential) {
    test_group group(1);
    put_to_rest(group, 0, seconds(60), true);
    const error told = unavailable(group.found, group.how(), "g");
    EXPECT_EQ(told.status, 502);
    EXPECT_THAT(told.message, HasSubstr("credential"));
    EXPECT_THAT(told.message, HasSubstr("why"));
}

TEST(unavailable, tells_of_tags_that_no_deployment_has) {
    test_group group(1);
    group.rules.enable_tag_filtering = true;
    group.tags = {"a", "b"};
    const error told = unavailable(group.found, group.how(), "g");
    EXPECT_EQ(told.status, 401);
    EXPECT_EQ(told.message, "Not allowed to access model due to tags configuration. Passed model=g "
                            "and tags=['a', 'b']");
}

} // namespace router_test
} // namespace llm_proxy::routing
