#include "llm_proxy/util/secret.hpp"

#include <gtest/gtest.h>

namespace llm_proxy {
namespace secret_test {

TEST(secret, masks_a_long_key_down_to_its_last_four_characters) {
    EXPECT_EQ(secret("sk-abcdefghijklmnopwxyz").masked(), "sk-...wxyz");
    EXPECT_EQ(secret("AIzaSyA-1234567890").masked(), "...7890");
}

TEST(secret, shows_nothing_of_a_short_one) {
    EXPECT_EQ(secret("").masked(), "***");
    EXPECT_EQ(secret("sk-1234").masked(), "***");
    EXPECT_EQ(secret("123456789012345").masked(), "***");
    EXPECT_EQ(secret("1234567890123456").masked(), "...3456");
}

TEST(constant_time_equal, compares_like_equality) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("sk-1", "sk-1"));
    EXPECT_FALSE(constant_time_equal("sk-1", "sk-2"));
    EXPECT_FALSE(constant_time_equal("sk-1", "sk-12"));
    EXPECT_FALSE(constant_time_equal("sk-12", "sk-1"));
    EXPECT_FALSE(constant_time_equal("", "sk-1"));
    EXPECT_FALSE(constant_time_equal("sk-1", ""));
    EXPECT_FALSE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

} // namespace secret_test
} // namespace llm_proxy
