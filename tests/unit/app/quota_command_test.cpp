#include "llm_proxy/app/quota_command.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::app {
namespace quota_command_test {

TEST(quota_command, prints_a_line_for_each_limit) {
    const auto shown = quota_table(R"({"data":[
        {"name":"account","state":"full","free_at":"2027-01-15T08:01:00Z","quota_group":"account",
         "deployments":[{"id":"1","model_group":"a"},{"id":"2","model_group":"b"}],
         "limits":{"rpm":{"configured":18,"learned":20,"used":18,"left":0},
                   "tpm":{"configured":null,"learned":null,"used":5,"left":null},
                   "rpd":{"configured":50,"learned":null,"used":1,"left":49}}},
        {"name":"id-c","state":"free","quota_group":null,
         "deployments":[{"id":"id-c","model_group":"c"}],"limits":{}}]})");
    ASSERT_TRUE(shown);
    EXPECT_EQ(*shown,
              "MODEL    LIMIT      CONFIGURED  LEARNED  LEFT  STATE\n"
              "account  rpm        18          20       0     full until 2027-01-15T08:01:00Z\n"
              "         rpd        50          -        49\n"
              "c        no limits  -           -        -     free\n");
}

TEST(quota_command, an_answer_of_something_else_is_an_error) {
    EXPECT_FALSE(quota_table("<html>"));
    EXPECT_FALSE(quota_table(R"({"data":7})"));
}

} // namespace quota_command_test
} // namespace llm_proxy::app
