#include "llm_proxy/util/strings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm_proxy {
namespace strings_test {

using testing::ElementsAre;

TEST(strings, change_the_case_of_ascii_alone) {
    EXPECT_EQ(lower("Content-TYPE @[Z"), "content-type @[z");
    EXPECT_EQ(lower("\xC3\x89"), "\xC3\x89");
    EXPECT_TRUE(iequals("Bearer", "bEARER"));
    EXPECT_FALSE(iequals("Bearer", "Bearer "));
    EXPECT_FALSE(iequals("@", "`"));
    EXPECT_TRUE(iequals("", ""));
}

TEST(strings, find_prefixes_without_regard_to_case) {
    EXPECT_TRUE(starts_with_i("Bearer sk", "bearer "));
    EXPECT_TRUE(starts_with_i("x", ""));
    EXPECT_FALSE(starts_with_i("Bear", "bearer"));
}

TEST(strings, are_trimmed_at_both_ends) {
    EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \n "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(strings, are_split_with_empty_parts_kept) {
    EXPECT_THAT(split("a,b,c", ','), ElementsAre("a", "b", "c"));
    EXPECT_THAT(split(",a,,", ','), ElementsAre("", "a", "", ""));
    EXPECT_THAT(split("abc", ','), ElementsAre("abc"));
    EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(edit_distance, counts_each_kind_of_slip_once) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("model", "modl"), 1U);  // left out
    EXPECT_EQ(edit_distance("modl", "model"), 1U);  // put in
    EXPECT_EQ(edit_distance("model", "modal"), 1U); // mistyped
    EXPECT_EQ(edit_distance("model", "modle"), 1U); // swapped
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("RPM", "rpm"), 0U);
}

TEST(closest, suggests_what_was_likely_meant) {
    const std::vector<std::string> names = {"model_name", "litellm_params", "rpm", "tpm"};
    EXPECT_EQ(closest("modle_name", names), "model_name");
    EXPECT_EQ(closest("litelm_param", names), "litellm_params");
    EXPECT_EQ(closest("rpn", names), "rpm");
    EXPECT_EQ(closest("xpm", names), "rpm") << "the first of equally near ones";
    EXPECT_EQ(closest("tpmm", names), "tpm") << "the nearest, wherever it stands";
}

TEST(closest, stays_silent_about_anything_farther_than_a_third) {
    const std::vector<std::string_view> names = {"model_name", "rpm"};
    EXPECT_EQ(closest("temperature", names), std::nullopt);
    EXPECT_EQ(closest("xyz", names), std::nullopt);
    EXPECT_EQ(closest("", names), std::nullopt);
    EXPECT_EQ(closest("r", names), std::nullopt);
    EXPECT_EQ(closest("rpm", std::vector<std::string>{}), std::nullopt);
}

} // namespace strings_test
} // namespace llm_proxy
