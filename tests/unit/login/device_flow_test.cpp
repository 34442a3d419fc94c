#include "llm_proxy/login/device_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "login/login_test_support.hpp"

namespace llm_proxy::login {
namespace device_flow_test {

using phase = device_flow::phase;
using failure = device_flow::failure;
using test::at;
using testing::HasSubstr;

const reply code(200, std::string(test::code_body));

reply says(const std::string& word, const std::string& more = "", int status = 200) {
    return {status, R"({"error":")" + word + "\"" + more + "}"};
}

device_flow with_code() {
    device_flow out(at(0));
    out.take_code(code, at(0));
    return out;
}

TEST(device_flow_test, asks_for_a_code_and_shows_it) {
    device_flow out(at(0));
    EXPECT_EQ(out.current(), phase::code);
    EXPECT_EQ(out.due(), at(0));
    EXPECT_FALSE(out.prompt());
    out.take_code(code, at(1));
    EXPECT_EQ(out.current(), phase::poll);
    EXPECT_EQ(out.due(), at(6));
    EXPECT_EQ(out.prompt()->user_code, "ABCD-1234");
    EXPECT_EQ(out.prompt()->verification_uri, "https://github.com/login/device");
    EXPECT_EQ(out.prompt()->expires, at(900));
    EXPECT_EQ(out.device_code().reveal(), "dev-secret");
}

TEST(device_flow_test, polls_at_the_interval_and_slower_when_told) {
    device_flow out = with_code();
    out.take_poll(says("authorization_pending"), at(5));
    EXPECT_EQ(out.due(), at(10));
    out.take_poll(says("slow_down"), at(10));
    EXPECT_EQ(out.due(), at(20));
    out.take_poll(says("slow_down", R"(,"interval":40)"), at(20));
    EXPECT_EQ(out.due(), at(60));
    out.take_poll(says("authorization_pending", "", 400), at(60)); // RFC 8628's status
    EXPECT_EQ(out.due(), at(100));
    out.take_poll({200, R"({"access_token":"gho_x","token_type":"bearer"})"}, at(100));
    EXPECT_EQ(out.current(), phase::done);
    EXPECT_EQ(out.access_token().reveal(), "gho_x");
    EXPECT_FALSE(out.prompt());
}

TEST(device_flow_test, an_interval_is_five_seconds_unless_told) {
    device_flow out(at(0));
    out.take_code({200, R"({"device_code":"d","user_code":"u","verification_uri":"v"})"}, at(0));
    EXPECT_EQ(out.due(), at(5));
    EXPECT_EQ(out.prompt()->expires, at(900));
    device_flow odd(at(0));
    odd.take_code({200, R"({"device_code":"d","user_code":"u","verification_uri":"v",)"
                        R"("interval":-3,"expires_in":1e99})"},
                  at(0));
    EXPECT_EQ(odd.due(), at(1));
    EXPECT_EQ(odd.prompt()->expires, at(3600));
}

TEST(device_flow_test, denial_ends_it) {
    device_flow out = with_code();
    out.take_poll(says("access_denied"), at(5));
    EXPECT_EQ(out.current(), phase::failed);
    EXPECT_EQ(out.failed_by(), failure::denied);
    EXPECT_FALSE(out.prompt());
}

TEST(device_flow_test, gets_another_code_when_one_ends_but_three_at_most) {
    device_flow out = with_code();
    out.take_poll(says("authorization_pending"), at(897));
    EXPECT_EQ(out.due(), at(899)); // not after the code's end
    out.advance(at(898));
    EXPECT_EQ(out.current(), phase::poll);
    out.advance(at(899));
    EXPECT_EQ(out.current(), phase::code);
    EXPECT_FALSE(out.prompt());
    out.take_code(code, at(899));
    out.take_poll(says("expired_token"), at(910));
    out.advance(at(910));
    EXPECT_EQ(out.current(), phase::code);
    out.take_code(code, at(910));
    out.advance(at(910 + 899));
    EXPECT_EQ(out.current(), phase::failed);
    EXPECT_EQ(out.failed_by(), failure::unused);
}

TEST(device_flow_test, network_faults_are_waited_out_while_the_code_lasts) {
    device_flow out = with_code();
    reply lost;
    lost.fault = "connection refused";
    out.take_poll(lost, at(5));
    EXPECT_EQ(out.current(), phase::poll);
    EXPECT_EQ(out.due(), at(11));
    EXPECT_THAT(out.reason(), HasSubstr("connection refused"));
    out.take_poll({503, "x"}, at(11));
    EXPECT_EQ(out.due(), at(18));
    out.take_poll({200, "<html>"}, at(18));
    EXPECT_EQ(out.due(), at(27));
    EXPECT_TRUE(out.prompt());
    out.take_poll(says("authorization_pending"), at(27));
    EXPECT_EQ(out.due(), at(32));
    EXPECT_EQ(out.reason(), "");
}

TEST(device_flow_test, a_code_is_asked_for_ten_times_ever_more_slowly) {
    device_flow out(at(0));
    double now = 0;
    for (const double pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
        out.take_code({502, ""}, at(now));
        ASSERT_EQ(out.due(), at(now + pause));
        now += pause;
    }
    out.take_code({429, ""}, at(now));
    EXPECT_EQ(out.current(), phase::failed);
    EXPECT_EQ(out.failed_by(), failure::unreachable);
    EXPECT_THAT(out.reason(), HasSubstr("status 429"));
}

TEST(device_flow_test, what_github_refuses_is_not_tried_again) {
    for (const char* word : {"incorrect_client_credentials", "device_flow_disabled",
                             "unsupported_grant_type", "a\\nb"}) {
        device_flow out = with_code();
        out.take_poll(says(word), at(5));
        EXPECT_EQ(out.failed_by(), failure::refused) << word;
        EXPECT_EQ(out.reason().find('\n'), std::string::npos);
    }
    device_flow out(at(0));
    out.take_code({404, R"({"message":"Not Found"})"}, at(0));
    EXPECT_EQ(out.failed_by(), failure::refused);
    EXPECT_THAT(out.reason(), HasSubstr("Not Found"));
}

TEST(device_flow_test, what_cannot_be_shown_is_no_code) {
    for (const char* bad :
         {"", "[]", "{}", R"({"device_code":"d","user_code":"a\nb","verification_uri":"v"})",
          R"({"device_code":"d","user_code":"u","verification_uri":7})"}) {
        device_flow out(at(0));
        out.take_code({200, bad}, at(0));
        EXPECT_EQ(out.current(), phase::failed) << bad;
    }
}

} // namespace device_flow_test
} // namespace llm_proxy::login
