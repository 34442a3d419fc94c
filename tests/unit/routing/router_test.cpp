#include "llm_proxy/routing/router.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::routing {
namespace router_test {

class fixed_random final : public random_source {
public:
    explicit fixed_random(double value) : value_(value) {}
    double unit() override { return value_; }

private:
    double value_;
};

struct load {
    double weight = 0;
    double rpm = 0;
    double tpm = 0;
};

model::model_group group_of(const std::vector<load>& loads) {
    model::model_group group;
    for (const load& one : loads) {
        auto item = std::make_shared<model::deployment>();
        item->id = std::to_string(group.deployments.size());
        item->weight = one.weight;
        item->rpm = one.rpm;
        item->tpm = one.tpm;
        group.deployments.push_back(std::move(item));
    }
    return group;
}

/// Which deployment each drawn number leads to.
std::string picks(const model::model_group& group, const std::vector<double>& drawn) {
    std::string out;
    for (const double number : drawn) {
        fixed_random random(number);
        model::match found;
        found.group = &group;
        out += pick(found, random)->id;
    }
    return out;
}

TEST(router, the_only_deployment_serves) {
    EXPECT_EQ(picks(group_of({{}}), {0, 0.999}), "00");
}

TEST(router, shuffles_evenly_without_weights) {
    EXPECT_EQ(picks(group_of({{}, {}, {}, {}}), {0, 0.249, 0.25, 0.5, 0.749, 0.75, 0.999999}),
              "0012233");
}

TEST(router, shuffles_by_weight) {
    const auto group = group_of({{.weight = 9}, {.weight = 1}, {.rpm = 1000}});
    EXPECT_EQ(picks(group, {0, 0.5, 0.89, 0.91, 0.999999}), "00011");
}

TEST(router, shuffles_by_rpm_then_by_tpm) {
    EXPECT_EQ(picks(group_of({{.rpm = 10, .tpm = 1}, {.rpm = 90}}), {0.05, 0.11, 0.99}), "011");
    EXPECT_EQ(picks(group_of({{.tpm = 300}, {.tpm = 100}}), {0.05, 0.74, 0.76}), "001");
}

TEST(router, weights_rule_over_limits) {
    const auto group = group_of({{.weight = 1, .rpm = 1}, {.weight = 1, .rpm = 99}});
    EXPECT_EQ(picks(group, {0.4, 0.6}), "01");
}

TEST(router, a_deployment_asked_for_by_id_serves) {
    const auto group = group_of({{.weight = 1}, {.weight = 1}, {.weight = 1}});
    model::match found;
    found.group = &group;
    found.only = group.deployments[1].get();
    for (const double drawn : {0.0, 0.5, 0.99}) {
        fixed_random random(drawn);
        EXPECT_EQ(pick(found, random)->id, "1");
    }
}

TEST(router, shares_follow_the_weights) {
    const auto group = group_of({{.weight = 3}, {.weight = 1}});
    fast_random random(7);
    model::match found;
    found.group = &group;
    int first = 0;
    for (int i = 0; i < 4000; ++i)
        first += pick(found, random)->id == "0" ? 1 : 0;
    EXPECT_NEAR(first, 3000, 150);
}

} // namespace router_test
} // namespace llm_proxy::routing
