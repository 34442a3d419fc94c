#include "llm_proxy/providers/scrub.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::providers {
namespace scrub_test {

TEST(scrub, takes_the_key_out_wherever_it_stands) {
    EXPECT_EQ(scrub("a or-key b or-keyor-key", "or-key"), "a *** b ******");
    EXPECT_EQ(scrub("abcdabcd", "abcd"), "******");
    EXPECT_EQ(scrub(R"({"k":"a\"b\\c"})", "a\"b\\c"), R"({"k":"***"})");
    EXPECT_EQ(scrub("nothing here", "or-key"), "nothing here");
    EXPECT_EQ(scrub("", "or-key"), "");
}

TEST(scrub, keys_too_short_to_be_one_stay) {
    EXPECT_EQ(scrub("abc a", "abc"), "abc a");
    EXPECT_EQ(scrub("abc", ""), "abc");
}

TEST(scrub, takes_out_what_looks_like_an_openai_key) {
    EXPECT_EQ(scrub("key sk-proj-0123456789_ab, x", {}), "key sk-***, x");
    EXPECT_EQ(scrub("sk-0123456789abcdef sk-0123456789abcdef", {}), "sk-*** sk-***");
    EXPECT_EQ(scrub("ask-me sk-short sk-", {}), "ask-me sk-short sk-");
}

TEST(scrub, takes_out_what_looks_like_a_google_key) {
    EXPECT_EQ(scrub("'api_key:AIzaSyA-0123456789_abc' x", {}), "'api_key:AIza***' x");
    EXPECT_EQ(scrub("AIza AIzaShort", {}), "AIza AIzaShort");
}

TEST(presentable, hides_the_credentials_of_headers) {
    model::deployment target;
    target.key = secret("the-deployments-key");
    target.extra_headers = {{"X-Api-Key", "other-key"},
                            {"authorization", "Bearer token-of-header"},
                            {"X-Title", "title"}};
    EXPECT_EQ(presentable("the-deployments-key other-key token-of-header title", target),
              "*** *** *** title");
}

TEST(presentable, cuts_only_after_the_key_is_gone) {
    model::deployment target;
    target.key = secret("the-deployments-key");
    const std::string before(4096 - 5, 'x');
    const std::string shown = presentable(before + "the-deployments-key and more", target);
    EXPECT_EQ(shown, before + "*** a");
}

TEST(presentable, cuts_between_characters) {
    const model::deployment target;
    const std::string before(4095, 'x');
    EXPECT_EQ(presentable(before + "\xc3\xa9", target), before);
    EXPECT_EQ(presentable(before + "yz", target), before + "y");
}

} // namespace scrub_test
} // namespace llm_proxy::providers
