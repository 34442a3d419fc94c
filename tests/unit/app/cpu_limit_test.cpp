#include "llm_proxy/app/cpu_limit.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::app {
namespace cpu_limit_test {

TEST(cpu_limit_test, a_quota_counts_whole_cpus_rounded_up) {
    EXPECT_EQ(cpus_of_quota("200000 100000"), 2U);
    EXPECT_EQ(cpus_of_quota("200000 100000\n"), 2U);
    EXPECT_EQ(cpus_of_quota("150000 100000"), 2U);
    EXPECT_EQ(cpus_of_quota("50000 100000"), 1U);
    EXPECT_EQ(cpus_of_quota("1 100000"), 1U);
    EXPECT_EQ(cpus_of_quota("300001 100000"), 4U);
}

TEST(cpu_limit_test, what_sets_no_limit_is_0) {
    for (const char* text : {"max 100000", "max", "", "100000", "0 100000", "100000 0", "x y",
                             "100000 ", " 100000", "-1 100000"}) {
        EXPECT_EQ(cpus_of_quota(text), 0U) << text;
    }
}

TEST(cpu_limit_test, a_quota_larger_than_any_machine_does_not_wrap) {
    EXPECT_EQ(cpus_of_quota("4294967295 100000"), 42950U);
    EXPECT_EQ(cpus_of_quota("10000000000 100000"), 100'000U);
    EXPECT_EQ(cpus_of_quota("18446744073709551615 1"), 4'294'967'295U);
}

TEST(cpu_limit_test, there_is_at_least_one) {
    EXPECT_GE(available_cpus(), 1U);
}

} // namespace cpu_limit_test
} // namespace llm_proxy::app
