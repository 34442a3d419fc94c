#include "llm_proxy/server/cors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm_proxy::server {
namespace cors_test {

using testing::HasSubstr;
using testing::Not;

http::fields from(std::string_view origin) {
    http::fields headers;
    headers.add("Origin", origin);
    return headers;
}

worker_options allowing(std::string origins, bool credentials = false) {
    worker_options options;
    options.cors_origins = std::move(origins);
    options.cors_credentials = credentials;
    return options;
}

constexpr std::string_view page = "https://page.test";

TEST(cors_test, says_nothing_without_an_origin_or_where_it_is_off) {
    EXPECT_EQ(cors_lines(allowing("*"), http::fields()), "");
    EXPECT_EQ(cors_lines(allowing(""), from(page)), "");
}

TEST(cors_test, allows_every_origin_with_a_star) {
    const std::string lines = cors_lines(allowing("*"), from(page));
    EXPECT_THAT(lines, HasSubstr("access-control-allow-origin: *\r\n"));
    EXPECT_THAT(lines, HasSubstr("access-control-expose-headers: x-litellm-call-id,"));
    EXPECT_THAT(lines, HasSubstr("vary: Origin\r\n"));
    EXPECT_THAT(lines, Not(HasSubstr("credentials")));
    EXPECT_TRUE(lines.ends_with("\r\n"));
}

TEST(cors_test, names_the_origin_where_credentials_are_allowed) {
    // Browsers refuse a star together with credentials.
    const std::string lines = cors_lines(allowing("*", true), from(page));
    EXPECT_THAT(lines, HasSubstr("access-control-allow-origin: https://page.test\r\n"));
    EXPECT_THAT(lines, HasSubstr("access-control-allow-credentials: true\r\n"));
}

TEST(cors_test, allows_those_of_a_list_and_no_others) {
    const auto options = allowing("https://a.test, https://page.test ,https://b.test");
    EXPECT_THAT(cors_lines(options, from(page)),
                HasSubstr("access-control-allow-origin: https://page.test\r\n"));
    for (const std::string_view other :
         {"https://c.test", "http://page.test", "https://page.test:8080", "https://page.tes",
          "https://page.test.evil.test", "null", ""}) {
        EXPECT_EQ(cors_lines(options, from(other)), "") << other;
    }
}

TEST(cors_test, a_preflight_is_an_options_request_that_asks_for_a_method) {
    http::request_head head;
    head.method = "OPTIONS";
    EXPECT_FALSE(is_preflight(head));
    head.headers.add("origin", page);
    EXPECT_FALSE(is_preflight(head));
    head.headers.add("Access-Control-Request-Method", "POST");
    EXPECT_TRUE(is_preflight(head));
    head.method = "POST";
    EXPECT_FALSE(is_preflight(head));
}

TEST(cors_test, a_preflight_is_allowed_the_headers_it_asks_for) {
    http::fields headers = from(page);
    EXPECT_THAT(preflight_lines(headers), Not(HasSubstr("access-control-allow-headers")));
    headers.add("access-control-request-headers", "authorization, content-type");
    const std::string lines = preflight_lines(headers);
    EXPECT_THAT(lines, HasSubstr("access-control-allow-headers: authorization, content-type\r\n"));
    EXPECT_THAT(lines, HasSubstr("access-control-allow-methods: "));
    EXPECT_THAT(lines, HasSubstr("POST"));
    EXPECT_THAT(lines, HasSubstr("access-control-max-age: 600\r\n"));
}

} // namespace cors_test
} // namespace llm_proxy::server
