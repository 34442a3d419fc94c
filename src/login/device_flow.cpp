#include "llm_proxy/login/device_flow.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/login/api_token.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::login {

namespace {

using providers::text_of;
using std::chrono::seconds;

constexpr int most_code_tries = 10;
constexpr int most_codes = 3;
constexpr seconds longest_pause{60};
constexpr seconds longest_interval{300};
constexpr seconds longest_code_life{3600};
constexpr seconds usual_life{900};
/// RFC 8628, 3.5.
constexpr seconds usual_interval{5};
constexpr seconds slow_down_step{5};

/// Doubles from one second on.
seconds pause_after(int failures) {
    return std::min(longest_pause, seconds(1L << std::min(failures - 1, 10)));
}

/// A number of seconds between one and `most`.
std::optional<seconds> seconds_of(const document& object, const char* name, seconds most) {
    const document* found = providers::member_of(object, name);
    if (found == nullptr || !found->is_number()) {
        return std::nullopt;
    }
    const double value = found->get<double>();
    const double least = 1;
    return seconds(
        static_cast<long>(std::clamp(value, least, std::chrono::duration<double>(most).count())));
}

/// Fit for a log line and a terminal.
bool is_showable(std::string_view text) {
    return !text.empty() && text.size() <= 256 &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// What may succeed later: no answer, an overloaded server.
bool is_passing(int status) {
    return status == 0 || status == 408 || status == 429 || status >= 500;
}

} // namespace

void device_flow::advance(clock::time_point now) {
    if (phase_ != phase::poll || now < prompt_->expires) {
        return;
    }
    prompt_.reset();
    device_code_ = secret();
    if (++codes_ >= most_codes) {
        fail(failure::unused, "no code was entered in time");
        return;
    }
    phase_ = phase::code;
    due_ = now;
    code_tries_ = 0;
}

void device_flow::take_code(const reply& answer, clock::time_point now) {
    if (answer.status == 200 && read_code(answer.body, now)) {
        return;
    }
    const std::string said = refusal_text(answer.body);
    std::string why = "GitHub gives no device code: " + answer.outcome();
    if (answer.status == 200) {
        why = "GitHub's device code cannot be read";
    }
    if (!said.empty()) {
        why += " (" + said + ")";
    }
    if (is_passing(answer.status)) {
        try_code_again(std::move(why), now);
    } else {
        fail(failure::refused, std::move(why));
    }
}

bool device_flow::read_code(const std::string& body, clock::time_point now) {
    const document parsed = document::parse(body, nullptr, false);
    std::string code(text_of(parsed, "device_code"));
    device_prompt shown;
    shown.user_code = text_of(parsed, "user_code");
    shown.verification_uri = text_of(parsed, "verification_uri");
    if (code.empty() || !is_showable(shown.user_code) || !is_showable(shown.verification_uri)) {
        return false;
    }
    shown.expires = now + seconds_of(parsed, "expires_in", longest_code_life).value_or(usual_life);
    interval_ = seconds_of(parsed, "interval", longest_interval).value_or(usual_interval);
    device_code_ = secret(std::move(code));
    prompt_ = std::move(shown);
    phase_ = phase::poll;
    due_ = std::min<clock::time_point>(now + interval_, prompt_->expires);
    lost_polls_ = 0;
    reason_.clear();
    return true;
}

void device_flow::try_code_again(std::string why, clock::time_point now) {
    if (++code_tries_ >= most_code_tries) {
        fail(failure::unreachable, std::move(why));
        return;
    }
    reason_ = std::move(why);
    due_ = now + pause_after(code_tries_);
}

void device_flow::take_poll(const reply& answer, clock::time_point now) {
    const document parsed = document::parse(answer.body, nullptr, false);
    std::string token(text_of(parsed, "access_token"));
    if (answer.status == 200 && is_header_token(token)) {
        access_token_ = secret(std::move(token));
        prompt_.reset();
        phase_ = phase::done;
        return;
    }
    const std::string_view code = text_of(parsed, "error");
    if (is_passing(answer.status) || (answer.status == 200 && code.empty())) {
        // RFC 8628, 3.5: poll less often while the server cannot be reached.
        reason_ = "GitHub does not tell whether the code was entered: " + answer.outcome();
        due_ = std::min<clock::time_point>(now + interval_ + pause_after(++lost_polls_),
                                           prompt_->expires);
        return;
    }
    lost_polls_ = 0;
    const auto told = seconds_of(parsed, "interval", longest_interval);
    if (code.empty()) {
        fail(failure::refused, "GitHub refuses the device flow: " + answer.outcome());
    } else {
        judge_poll(code, told, now);
    }
}

void device_flow::judge_poll(std::string_view code, std::optional<seconds> interval,
                             clock::time_point now) {
    if (code == "slow_down") {
        interval_ = std::min(longest_interval,
                             std::max(interval_ + slow_down_step, interval.value_or(seconds(0))));
    } else if (code == "expired_token") {
        prompt_->expires = now;
    } else if (code == "access_denied") {
        fail(failure::denied, "the login was denied on GitHub's page");
        return;
    } else if (code != "authorization_pending") {
        std::string shown(is_showable(code) ? code : "unreadable");
        fail(failure::refused, "GitHub refuses the device flow: " + shown);
        return;
    }
    reason_.clear();
    due_ = std::min<clock::time_point>(now + interval_, prompt_->expires);
}

void device_flow::fail(failure why, std::string reason) {
    phase_ = phase::failed;
    failure_ = why;
    reason_ = std::move(reason);
    prompt_.reset();
    device_code_ = secret();
}

} // namespace llm_proxy::login
