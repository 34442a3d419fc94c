#include "llm_proxy/pricing/cost_calculator.hpp"
#include "llm_proxy/pricing/custom_prices.hpp"
#include "llm_proxy/pricing/usage_details.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pricing/pricing_test_support.hpp"
#include <cmath>

namespace llm_proxy::pricing {
namespace golden_cases_test {

using nlohmann::json;

search_size size_named(const std::string& name) {
    if (name == "low") {
        return search_size::low;
    }
    return name == "high" ? search_size::high : search_size::unsaid;
}

void expect_close(double ours, double theirs) {
    EXPECT_LE(std::abs(ours - theirs), 1e-12 * std::abs(theirs)) << ours << " for " << theirs;
}

std::vector<config::json_member> members_of(const json& object) {
    std::vector<config::json_member> members;
    for (const auto& [name, value] : object.items()) {
        members.push_back({name, value.dump()});
    }
    return members;
}

/// What LiteLLM itself says, see scripts/price-cases.
TEST(golden_cases, cost_what_litellm_says) {
    const json cases = json::parse(pricing_fixture("cases.json"));
    ASSERT_GE(cases.size(), 60U);
    for (const json& one : cases) {
        SCOPED_TRACE(one.dump());
        const std::string provider = one["provider"];
        const std::string model = one["model"];
        const std::string tier = one.value("service_tier", "");
        const std::string residency = one.value("data_residency", "");
        const auto usage = read_usage_details(one["usage"].dump());
        ASSERT_TRUE(usage);
        call_facts facts;
        facts.provider = provider;
        facts.tier = billed_tier(tier, "");
        facts.data_residency = residency;
        facts.seconds = one.value("seconds", 0.0);
        facts.searched = size_named(one.value("search_context_size", ""));
        const model_prices* prices = entry_for(whole_table(), provider, {"", "", model});
        std::shared_ptr<const model_prices> custom;
        if (one.contains("custom")) {
            custom = custom_prices(members_of(one["custom"]), {}, prices);
            prices = custom.get();
        }
        const auto cost = cost_of(*usage, prices, facts);
        const json& expected = one["cost"];
        ASSERT_EQ(cost.has_value(), !expected["total"].is_null());
        if (!cost) {
            continue;
        }
        expect_close(cost->total(), expected["total"].get<double>());
        if (expected.contains("input")) {
            expect_close(cost->input, expected["input"].get<double>());
            expect_close(cost->output, expected["output"].get<double>());
        }
    }
}

} // namespace golden_cases_test
} // namespace llm_proxy::pricing
