#include "llm_proxy/limits/quota_book.hpp"
#include "llm_proxy/server/quota_report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::server {
namespace quota_report_test {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr limits::time_point now{std::chrono::seconds(1'800'000'000)};

class quota_report_test : public testing::Test {
protected:
    std::shared_ptr<model::deployment> add(const std::string& group,
                                           const std::string& shared = {}) {
        auto item = std::make_shared<model::deployment>();
        item->id = "id-" + group;
        item->group = group;
        item->model_name = "openai/" + group;
        item->limits_set.quota_group = shared;
        item->quota =
            book.open(shared.empty() ? item->id : shared, shared.empty() ? item->id : shared, now);
        all.push_back(item);
        return item;
    }

    limits::quota_book book;
    model::deployment_list all;
};

TEST_F(quota_report_test, shows_limits_state_and_reason) {
    limits::limit_table table;
    table[0] = 1;
    table[2] = 50;
    const auto item = add("a");
    item->quota->configure(table, limits::reset_rule());
    limits::reservation held;
    EXPECT_FALSE(item->quota->take(0, now, held));
    held.reached();
    const json report = json::parse(quota_report(all, now))["data"][0];
    EXPECT_EQ(report["state"], "full");
    EXPECT_EQ(report["free_at"], "2027-01-15T08:01:00Z");
    EXPECT_EQ(report["why"], "the limit of 1 requests per minute (rpm) is reached; the next place "
                             "is free in 60 s.");
    EXPECT_EQ(report["limits"]["rpd"],
              json::parse(R"({"configured":50,"learned":null,"used":1,"left":49,
                              "resets_at":"2027-01-16T00:00:00Z"})"));
    EXPECT_EQ(report["limits"]["tpm"]["left"], nullptr);
    EXPECT_EQ(report["deployments"][0]["model_group"], "a");
}

TEST_F(quota_report_test, names_what_the_provider_taught) {
    const auto item = add("a");
    limits::lesson told;
    told.which = limits::kind::rpd;
    told.limit = 20;
    told.day_is_over = true;
    item->quota->learn(told, now);
    const json report = json::parse(quota_report(all, now))["data"][0];
    EXPECT_EQ(report["state"], "exhausted");
    EXPECT_EQ(report["limits"]["rpd"]["learned"], 20);
    told = {};
    told.limit = 0;
    const auto blocked = add("b");
    blocked->quota->learn(told, now);
    EXPECT_EQ(json::parse(quota_report(all, now))["data"][1]["state"], "blocked");
}

TEST_F(quota_report_test, deployments_of_a_group_stand_together) {
    limits::limit_table table;
    table[0] = 18;
    add("a", "account")->quota->configure(table, limits::reset_rule());
    add("b", "account");
    add("c");
    const std::string report = quota_report(all, now);
    EXPECT_EQ(json::parse(report)["data"].size(), 2U);
}

} // namespace quota_report_test
} // namespace llm_proxy::server
