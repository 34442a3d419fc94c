#include "llm_proxy/app/price_source.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::app {
namespace price_source_test {

using variable_map = std::map<std::string, std::string, std::less<>>;

TEST(price_source, is_named_by_the_environment) {
    const auto url = [](variable_map given) {
        return price_table_url(config::environment(std::move(given)));
    };
    EXPECT_FALSE(url({}));
    EXPECT_FALSE(url({{"LITELLM_MODEL_COST_MAP_URL", ""}}));
    EXPECT_EQ(url({{"LITELLM_MODEL_COST_MAP_URL", "http://h/x"}}), "http://h/x");
    EXPECT_FALSE(url(
        {{"LITELLM_MODEL_COST_MAP_URL", "http://h/x"}, {"LITELLM_LOCAL_MODEL_COST_MAP", "True"}}));
    EXPECT_TRUE(url(
        {{"LITELLM_MODEL_COST_MAP_URL", "http://h/x"}, {"LITELLM_LOCAL_MODEL_COST_MAP", "False"}}));
}

TEST(price_source, may_be_a_file) {
    EXPECT_EQ(path_of_url("file:///etc/prices.json"), "/etc/prices.json");
    EXPECT_EQ(path_of_url("prices.json"), "prices.json");
    EXPECT_FALSE(path_of_url("https://h/prices.json"));
}

} // namespace price_source_test
} // namespace llm_proxy::app
