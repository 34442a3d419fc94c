#include "llm_proxy/login/api_token.hpp"

#include <gtest/gtest.h>

#include "login/login_test_support.hpp"

namespace llm_proxy::login {
namespace api_token_test {

using std::chrono::seconds;
using test::at;
using test::exchange_body;

TEST(api_token_test, reads_what_github_sends_and_keeps_it_whole) {
    const std::string body =
        R"({"annotations_enabled":true,"endpoints":{"api":"https://api.x.ghe.com","proxy":"x"},)"
        R"("expires_at":1795001800,"refresh_in":1200,"sku":"s","token":"tid=new;exp=1:mac2"})";
    const auto out = read_fetched_token(body, at(0)).value();
    EXPECT_EQ(out.token.reveal(), "tid=new;exp=1:mac2");
    EXPECT_EQ(out.endpoint, "https://api.x.ghe.com");
    EXPECT_EQ(out.expires, at(1800));
    EXPECT_EQ(out.refresh, at(1200));
    EXPECT_EQ(out.document.reveal(), body);
}

TEST(api_token_test, is_refreshed_five_minutes_before_its_end) {
    EXPECT_EQ(read_fetched_token(exchange_body("t", 1800), at(0))->refresh, at(1500));
    EXPECT_EQ(read_kept_token(exchange_body("t", 1800))->refresh, at(1500));
    // A short one not at once, which would be an exchange for each call.
    EXPECT_EQ(read_fetched_token(exchange_body("t", 100), at(0))->refresh, at(75));
}

TEST(api_token_test, one_that_comes_with_a_wrong_clock_counts_for_a_while) {
    EXPECT_EQ(read_fetched_token(exchange_body("t", -9000), at(0))->expires, at(60));
    EXPECT_EQ(read_fetched_token(R"({"token":"t"})", at(0))->expires, at(60));
    EXPECT_EQ(read_fetched_token(R"({"token":"t","refresh_in":1200})", at(0))->expires, at(1200));
    EXPECT_LT(read_kept_token(R"({"token":"t"})")->expires, at(0));
}

TEST(api_token_test, odd_numbers_do_no_harm) {
    for (const char* number : {"9999999999", "1e300", "-1e300", "\"x\"", "null", "{}", "0.5"}) {
        const std::string body = R"({"token":"t","expires_at":)" + std::string(number) +
                                 R"(,"refresh_in":)" + number + "}";
        const auto out = read_fetched_token(body, at(0));
        ASSERT_TRUE(out) << number;
        EXPECT_GT(out->expires, at(0)) << number;
    }
}

TEST(api_token_test, what_is_no_token_is_refused) {
    for (const char* body : {"", "x", "[]", "null", "{}", R"({"token":""})", R"({"token":1})",
                             R"({"token":"a\r\nx-evil: 1"})", R"({"token":"a b"})",
                             R"({"error_details":{"message":"no subscription"}})"}) {
        EXPECT_FALSE(read_fetched_token(body, at(0))) << body;
        EXPECT_FALSE(read_kept_token(body)) << body;
    }
    EXPECT_FALSE(is_header_token(std::string(9000, 'x')));
    EXPECT_TRUE(read_fetched_token(R"({"token":"t","endpoints":[]})", at(0)));
}

TEST(api_token_test, finds_githubs_words) {
    EXPECT_EQ(refusal_text(R"({"error_details":{"message":"no subscription"}})"),
              "no subscription");
    EXPECT_EQ(refusal_text(R"({"message":"Bad\ncredentials"})"), "Bad credentials");
    EXPECT_EQ(refusal_text(R"({"error":"x","error_description":"y"})"), "y");
    EXPECT_EQ(refusal_text("<html>"), "");
    EXPECT_EQ(refusal_text("[1]"), "");
    EXPECT_EQ(refusal_text(R"({"message":")" + std::string(999, 'x') + "\"}").size(), 200U);
}

} // namespace api_token_test
} // namespace llm_proxy::login
