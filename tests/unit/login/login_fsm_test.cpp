#include "llm_proxy/login/login_fsm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "login/login_test_support.hpp"

namespace llm_proxy::login {
namespace login_fsm_test {

using step = login_fsm::step;
using test::at;
using test::exchange_body;
using test::kept;
using testing::HasSubstr;

class login_fsm_test : public testing::Test {
protected:
    /// The request that is due; `rest` if none is.
    step due(double now) { return fsm.next(at(now)).what; }
    double rest_of(double now) {
        const auto todo = fsm.next(at(now));
        EXPECT_EQ(todo.what, step::rest);
        if (todo.when == clock::time_point::max()) {
            return -1;
        }
        return std::chrono::duration<double>(todo.when - at(0)).count();
    }
    /// What a call gets: the token, `waits`, or the error's text.
    std::string ask(double now, std::uint64_t refused = 0) {
        const auto answer = fsm.ask(refused, at(now));
        if (!answer) {
            return "waits";
        }
        return *answer ? (*answer)->access->token.reveal() : answer->error().message;
    }
    void start(const kept_tokens& files) {
        fsm.want(true, at(0));
        fsm.take_files(files, at(0));
    }
    void exchange(double now, const reply& answer) {
        ASSERT_EQ(due(now), step::exchange);
        fsm.take_exchange(answer, at(now));
    }
    login_state state(double now) const { return fsm.status(at(now)).state; }

    copilot_settings settings = test::settings_at("http://127.0.0.1:1", "/t");
    login_fsm fsm{settings};
    const reply code{200, std::string(test::code_body)};
    const reply login{200, R"({"access_token":"gho_new"})"};
    const reply token{200, exchange_body("t1", 1800)};
};

TEST_F(login_fsm_test, does_nothing_while_nobody_needs_it) {
    fsm.take_files(kept("gho"), at(0));
    EXPECT_EQ(rest_of(0), -1);
    fsm.want(false, at(0));
    EXPECT_EQ(rest_of(0), -1);
    fsm.want(true, at(1));
    EXPECT_EQ(due(1), step::exchange);
}

TEST_F(login_fsm_test, whoever_waits_when_it_is_no_longer_needed_is_told) {
    start(kept("gho"));
    EXPECT_EQ(ask(0), "waits");
    fsm.want(false, at(1));
    EXPECT_THAT(ask(1), HasSubstr("no longer in the configuration"));
}

TEST_F(login_fsm_test, takes_a_kept_token_as_it_is) {
    start(kept("gho", exchange_body("t0", 1800)));
    EXPECT_EQ(rest_of(0), -1);
    EXPECT_EQ(ask(0), "t0");
    EXPECT_EQ(fsm.current().access->origin->host, "api.individual.githubcopilot.com");
    EXPECT_EQ(state(0), login_state::logged_in);
    EXPECT_EQ(fsm.status(at(0)).token_expires, at(1800));
    // Its end: the next call waits for another.
    EXPECT_EQ(ask(1800), "waits");
    exchange(1800, {200, exchange_body("t1", 3600)});
    EXPECT_EQ(ask(1801), "t1");
    EXPECT_EQ(fsm.take_writes().document.reveal(), exchange_body("t1", 3600));
    EXPECT_TRUE(fsm.take_writes().document.empty());
}

TEST_F(login_fsm_test, exchanges_once_for_all_who_wait) {
    start(kept("gho"));
    EXPECT_EQ(ask(0), "waits");
    EXPECT_EQ(due(0), step::exchange);
    EXPECT_EQ(ask(1), "waits");
    fsm.take_exchange(token, at(1));
    EXPECT_EQ(ask(1), "t1");
    EXPECT_EQ(rest_of(1), -1);
}

TEST_F(login_fsm_test, fetches_another_in_the_background_before_the_end) {
    start(kept("gho", exchange_body("t0", 1800)));
    fsm.refresh(at(1400));
    EXPECT_EQ(due(1400), step::rest); // not due yet
    fsm.refresh(at(1500));
    EXPECT_EQ(due(1500), step::exchange);
    EXPECT_EQ(ask(1500), "t0");
    fsm.take_exchange({500, ""}, at(1501));
    EXPECT_EQ(ask(1501), "t0");
    exchange(1502, {200, exchange_body("t1", 3600)});
    EXPECT_EQ(ask(1502), "t1");
}

TEST_F(login_fsm_test, tries_three_times_then_refuses_for_a_while) {
    start(kept("gho"));
    exchange(0, {500, ""});
    EXPECT_EQ(ask(0), "waits");
    EXPECT_EQ(rest_of(0), 0.5);
    exchange(0.5, {200, R"({"error_details":{"message":"no subscription"}})"});
    EXPECT_EQ(rest_of(0.5), 2.5);
    exchange(2.5, {200, R"({"error_details":{"message":"no subscription"}})"});
    EXPECT_EQ(ask(2.5), "litellm.AuthenticationError: Failed to refresh API key: Failed to refresh "
                        "API key after maximum retries");
    EXPECT_EQ(rest_of(2.5), -1);
    EXPECT_EQ(state(2.5), login_state::failed);
    EXPECT_THAT(fsm.status(at(3)).reason, HasSubstr("no subscription"));
    // After a rest the next call may try, and the rest grows.
    EXPECT_EQ(ask(3.5), "waits");
    exchange(3.5, {500, ""});
    exchange(4, {500, ""});
    exchange(6, {500, ""});
    EXPECT_THAT(ask(7.9), HasSubstr("maximum retries"));
    EXPECT_EQ(ask(8), "waits");
    exchange(8, token);
    EXPECT_EQ(ask(8), "t1");
    EXPECT_EQ(state(8), login_state::logged_in);
    EXPECT_EQ(fsm.status(at(8)).reason, "");
}

TEST_F(login_fsm_test, a_refused_token_is_given_up_only_while_it_is_the_current_one) {
    start(kept("gho", exchange_body("t0", 1800)));
    const auto first = fsm.current().version;
    EXPECT_EQ(ask(10, first), "waits");
    EXPECT_EQ(ask(10, first), "waits"); // another call with the same token
    exchange(10, token);
    EXPECT_EQ(ask(11, first), "t1"); // late, but not about this one
    EXPECT_EQ(due(11), step::rest);
}

TEST_F(login_fsm_test, refusals_of_everything_do_not_cause_exchanges_without_end) {
    start(kept("gho", exchange_body("t", 1800)));
    int exchanges = 0;
    for (int i = 0; i < 30; ++i) {
        if (ask(10, fsm.current().version) == "waits") {
            exchange(10, token);
            ++exchanges;
        }
    }
    EXPECT_EQ(exchanges, 10);
    EXPECT_EQ(ask(10, fsm.current().version),
              "GitHub Copilot takes none of the tokens that it gives");
    EXPECT_EQ(ask(71, fsm.current().version), "waits");
}

TEST_F(login_fsm_test, without_a_login_the_user_is_led_through_the_flow) {
    start(kept(""));
    EXPECT_EQ(state(0), login_state::no_login);
    EXPECT_EQ(due(0), step::request_code);
    EXPECT_THAT(ask(0), HasSubstr("/copilot/status"));
    fsm.take_code(code, at(0));
    EXPECT_EQ(state(0), login_state::waiting_for_user);
    EXPECT_EQ(fsm.status(at(0)).prompt->user_code, "ABCD-1234");
    EXPECT_EQ(ask(1), "litellm.AuthenticationError: GitHub Copilot needs a login: visit "
                      "https://github.com/login/device and enter code ABCD-1234");
    EXPECT_EQ(rest_of(1), 5);
    EXPECT_EQ(due(5), step::poll);
    EXPECT_EQ(fsm.device_code().reveal(), "dev-secret");
    fsm.take_poll(login, at(5));
    EXPECT_EQ(fsm.take_writes().access_token.reveal(), "gho_new");
    EXPECT_EQ(ask(5), "waits");
    exchange(5, token);
    EXPECT_EQ(ask(5), "t1");
    EXPECT_EQ(state(5), login_state::logged_in);
}

TEST_F(login_fsm_test, a_login_that_github_does_not_know_begins_the_flow) {
    for (const int status : {401, 404}) {
        login_fsm other(settings);
        other.want(true, at(0));
        other.take_files(kept("gho_old"), at(0));
        EXPECT_EQ(other.next(at(0)).what, step::exchange);
        other.take_exchange({status, R"({"message":"Bad credentials"})"}, at(0));
        EXPECT_EQ(other.next(at(0)).what, step::request_code);
        EXPECT_THAT(other.ask(0, at(0))->error().message, HasSubstr("needs a login"));
        // The old one still stands in the file.
        other.take_files(kept("gho_old"), at(1));
        EXPECT_EQ(other.next(at(1)).what, step::request_code);
        other.take_code(code, at(1));
        other.take_poll(login, at(6));
        EXPECT_EQ(other.next(at(6)).what, step::exchange);
        // Refused at once again: another login would do no better.
        other.take_exchange({status, ""}, at(6));
        EXPECT_EQ(other.next(at(6)).what, step::rest);
        EXPECT_EQ(other.status(at(6)).state, login_state::failed);
        EXPECT_THAT(other.ask(0, at(9999))->error().message, HasSubstr("copilot login"));
        EXPECT_EQ(other.next(at(9999)).what, step::rest);
        other.want(true, at(9999)); // the configuration was loaded anew
        EXPECT_EQ(other.next(at(9999)).what, step::request_code);
    }
}

TEST_F(login_fsm_test, denial_stops_until_somebody_acts) {
    start(kept(""));
    EXPECT_EQ(due(0), step::request_code);
    fsm.take_code(code, at(0));
    fsm.take_poll({200, R"({"error":"access_denied"})"}, at(5));
    EXPECT_EQ(rest_of(5), -1);
    EXPECT_EQ(state(5), login_state::failed);
    EXPECT_THAT(fsm.status(at(5)).reason, HasSubstr("denied"));
    EXPECT_THAT(ask(500), HasSubstr("denied"));
    EXPECT_EQ(rest_of(500), -1);
    fsm.take_files(kept("gho_cli"), at(501)); // a login on the command line
    EXPECT_EQ(due(501), step::exchange);
    EXPECT_EQ(fsm.status(at(501)).reason, "");
}

TEST_F(login_fsm_test, codes_that_nobody_enters_come_to_an_end_and_return_with_a_call) {
    start(kept(""));
    double now = 0;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(due(now), step::request_code);
        fsm.take_code(code, at(now));
        now += 899;
    }
    EXPECT_EQ(rest_of(now), -1);
    EXPECT_EQ(state(now), login_state::no_login);
    EXPECT_THAT(ask(now + 10), HasSubstr("no code was entered in time"));
    EXPECT_EQ(due(now + 10), step::rest);
    EXPECT_THAT(ask(now + 61), HasSubstr("needs a login"));
    EXPECT_EQ(due(now + 61), step::request_code);
}

TEST_F(login_fsm_test, another_process_may_log_in_and_out) {
    start(kept(""));
    EXPECT_EQ(due(0), step::request_code);
    fsm.take_code(code, at(0));
    EXPECT_EQ(due(5), step::poll);
    fsm.take_files(kept("gho_cli", exchange_body("t0", 1800)), at(5));
    fsm.take_poll(login, at(6)); // the answer to a flow that is over
    EXPECT_EQ(fsm.access_token().reveal(), "gho_cli");
    EXPECT_EQ(ask(6), "t0");
    EXPECT_EQ(rest_of(6), -1);
    fsm.take_files(kept("gho_cli", exchange_body("t1", 2800)), at(7));
    EXPECT_EQ(ask(7), "t1");
    fsm.take_files(kept("gho_cli", exchange_body("older", 2000)), at(8));
    EXPECT_EQ(ask(8), "t1");
    fsm.take_files(kept(""), at(9));
    EXPECT_THAT(ask(9), HasSubstr("needs a login"));
    EXPECT_EQ(fsm.current().version, 0U);
    EXPECT_EQ(due(9), step::request_code);
}

TEST_F(login_fsm_test, another_account_in_the_file_takes_the_place_of_the_old_one) {
    start(kept("gho_a", exchange_body("a", 1800)));
    fsm.take_files(kept("gho_b", exchange_body("a", 1800)), at(1));
    EXPECT_EQ(due(1), step::exchange);
    EXPECT_EQ(fsm.access_token().reveal(), "gho_b");
    // What comes of the former account's exchange does not count.
    fsm.take_files(kept("gho_c", exchange_body("a", 1800)), at(2));
    fsm.take_exchange(token, at(2));
    EXPECT_EQ(due(2), step::exchange);
}

TEST_F(login_fsm_test, what_could_not_be_written_still_counts) {
    start(kept(""));
    EXPECT_EQ(due(0), step::request_code);
    fsm.take_code(code, at(0));
    fsm.take_poll(login, at(5));
    fsm.note_files(kept("")); // the write failed
    exchange(5, token);
    fsm.take_files(kept(""), at(6));
    EXPECT_EQ(ask(6), "t1");
}

TEST_F(login_fsm_test, a_token_for_a_strange_host_is_not_used) {
    start(kept("gho"));
    exchange(0, {200, R"({"token":"t","endpoints":{"api":"https://evil.com"}})"});
    EXPECT_THAT(ask(0), HasSubstr("evil.com is no https address of GitHub's"));
    EXPECT_EQ(due(0), step::rest);
    EXPECT_EQ(fsm.current().version, 0U);
    EXPECT_TRUE(fsm.take_writes().document.empty());
}

TEST_F(login_fsm_test, files_without_sense_are_no_login) {
    start(kept("two words", "{"));
    EXPECT_EQ(due(0), step::request_code);
    fsm.take_files(kept("gho", R"({"token":5,"expires_at":"x"})"), at(1));
    EXPECT_EQ(due(1), step::exchange);
}

} // namespace login_fsm_test
} // namespace llm_proxy::login
