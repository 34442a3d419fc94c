#include "llm_proxy/pricing/needed_entries.hpp"

#include <gtest/gtest.h>

#include "pricing/pricing_test_support.hpp"

namespace llm_proxy::pricing {
namespace needed_entries_test {

std::size_t kept(const std::vector<priced_deployment>& deployments) {
    return bundled_prices(needed_entries(deployments)).value().size();
}

TEST(needed_entries, are_those_of_the_providers) {
    const auto keep =
        needed_entries({{"gemini", "gemini-2.5-flash", ""}, {"lm_studio", "*", ""}}).keep;
    EXPECT_TRUE(keep("gemini/gemini-2.5-pro", "gemini"));
    EXPECT_TRUE(keep("anything", ""));
    EXPECT_FALSE(keep("gpt-4o", "openai"));
    EXPECT_EQ(kept({}), 0U);
}

TEST(needed_entries, of_a_provider_of_all_models_are_found_by_name) {
    const auto keep = needed_entries({{"github", "openai/GPT-4o-2024-08-06", ""}}).keep;
    EXPECT_TRUE(keep("gpt-4o", "openai"));
    EXPECT_TRUE(keep("azure/gpt-4o-2024-11-20", "azure"));
    EXPECT_FALSE(keep("gpt-4.1", "openai"));
    EXPECT_FALSE(keep("gpt-4.1", ""));
    EXPECT_TRUE(needed_entries({{"github", "x", "gpt-4.1"}}).keep("gpt-4.1", "openai"));
    EXPECT_EQ(kept({{"github", "*", ""}}), whole_table().size());
}

TEST(needed_entries, to_be_shown_are_those_of_the_models_named) {
    const auto wanted = needed_entries({{"gemini", "gemini-2.5-flash", ""}, {"github", "x", "o3"}});
    EXPECT_TRUE(wanted.show("gemini/Gemini-2.5-flash", "gemini"));
    EXPECT_TRUE(wanted.show("o3", "openai"));
    EXPECT_FALSE(wanted.show("gemini/gemini-2.5-pro", "gemini"));
    const price_table table = bundled_prices(wanted).value();
    EXPECT_TRUE(table.text_of(*table.lookup("github", "o3")).starts_with('{'));
    EXPECT_EQ(table.text_of(*table.lookup("gemini", "gemini-2.5-pro")), "");
}

} // namespace needed_entries_test
} // namespace llm_proxy::pricing
