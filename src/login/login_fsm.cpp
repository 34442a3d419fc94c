#include "llm_proxy/login/login_fsm.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::login {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// As many as LiteLLM makes.
constexpr int most_tries = 3;
constexpr milliseconds first_pause{500};
constexpr seconds longest_rest{60};
constexpr seconds flow_rest{60};
/// Tokens that may be given up in a minute: a provider that takes none must not cause an exchange
/// for each call.
constexpr int most_give_ups = 10;
constexpr seconds give_up_time{60};

error login_error(std::string_view text) {
    return error(400, "invalid_request_error", "litellm.AuthenticationError: " + std::string(text));
}

} // namespace

void login_fsm::want(bool wanted, clock::time_point now) {
    wanted_ = wanted;
    flow_end_ = device_flow::failure::none;
    failed_rounds_ = 0;
    if (!wanted) {
        flow_.reset();
        exchange_wanted_ = false;
    } else if (!access_token_.empty() && !grant_.good(now)) {
        begin_exchange(now);
    }
}

void login_fsm::take_files(const kept_tokens& kept, clock::time_point now) {
    const bool other_login = kept.access_token != seen_.access_token;
    const bool other_document = kept.document != seen_.document;
    if (other_login) {
        access_token_ = is_header_token(kept.access_token.reveal()) ? kept.access_token : secret();
        fresh_login_ = false;
        flow_.reset();
        flow_end_ = device_flow::failure::none;
        reason_.clear();
        exchange_wanted_ = false;
        if (access_token_.empty()) {
            grant_ = grant();
        }
    }
    if (other_document) {
        take_kept(kept.document, now);
    }
    if (other_login && !access_token_.empty() && (!other_document || !grant_.good(now))) {
        begin_exchange(now);
    }
    seen_ = kept;
}

/// Takes a token from the file if it lasts longer than the one at hand.
void login_fsm::take_kept(const secret& document, clock::time_point now) {
    const auto token = read_kept_token(document.reveal());
    if (!token || token->expires <= now || (grant_.good(now) && token->expires <= grant_.expires)) {
        return;
    }
    const auto used = use(*token);
    if (!used) {
        reason_ = used.error().message;
    }
}

result<void> login_fsm::use(const api_token& token) {
    auto base = choose_api_base(settings_, token.endpoint);
    if (!base) {
        return base.error();
    }
    auto made = std::make_shared<model::access>();
    made->token = token.token;
    made->origin = std::make_shared<const model::endpoint>(std::move(base->origin));
    made->base_path = std::move(base->path);
    grant_.access = std::move(made);
    grant_.version = ++last_version_;
    grant_.expires = token.expires;
    grant_.refresh = token.refresh;
    exchange_wanted_ = false;
    round_failed_ = false;
    failed_rounds_ = 0;
    reason_.clear();
    return {};
}

std::optional<result<grant>> login_fsm::ask(std::uint64_t refused, clock::time_point now) {
    if (refused != 0 && refused == grant_.version) {
        if (!may_give_up(now)) {
            return error(401, "authentication_error",
                         "GitHub Copilot takes none of the tokens that it gives");
        }
        grant_ = grant();
    }
    if (grant_.good(now)) {
        return grant_;
    }
    if (!wanted_) {
        return login_error("GitHub Copilot is no longer in the configuration");
    }
    if (access_token_.empty()) {
        const bool may_return = flow_end_ == device_flow::failure::unused ||
                                flow_end_ == device_flow::failure::unreachable;
        error told = no_login();
        if (may_return && now >= flow_rest_) {
            flow_end_ = device_flow::failure::none;
        }
        return told;
    }
    if (round_failed_ && now < next_try_) {
        return login_error(
            "Failed to refresh API key: " +
            (wrong_endpoint_ ? reason_ : "Failed to refresh API key after maximum retries"));
    }
    if (!exchange_wanted_) {
        begin_exchange(now);
    }
    return std::nullopt;
}

bool login_fsm::may_give_up(clock::time_point now) {
    if (now >= give_ups_from_ + give_up_time) {
        give_ups_from_ = now;
        give_ups_ = 0;
    }
    return give_ups_++ < most_give_ups;
}

void login_fsm::refresh(clock::time_point now) {
    const bool resting = round_failed_ && now < next_try_;
    if (!access_token_.empty() && !exchange_wanted_ && !resting && now >= grant_.refresh) {
        begin_exchange(now);
    }
}

void login_fsm::begin_exchange(clock::time_point now) {
    exchange_wanted_ = true;
    round_failed_ = false;
    wrong_endpoint_ = false;
    tries_ = 0;
    next_try_ = now;
}

login_fsm::action login_fsm::next(clock::time_point now) {
    constexpr auto never = clock::time_point::max();
    if (!wanted_) {
        return {step::rest, never};
    }
    if (!access_token_.empty()) {
        if (!exchange_wanted_ || now < next_try_) {
            return {step::rest, exchange_wanted_ ? next_try_ : never};
        }
        exchanged_ = access_token_;
        return {step::exchange, now};
    }
    if (!flow_ && flow_end_ == device_flow::failure::none) {
        flow_.emplace(now);
    }
    if (flow_) {
        flow_->advance(now);
        settle_flow(now);
    }
    if (!flow_ || now < flow_->due()) {
        return {step::rest, flow_ ? flow_->due() : never};
    }
    const bool polls = flow_->current() == device_flow::phase::poll;
    return {polls ? step::poll : step::request_code, now};
}

void login_fsm::take_exchange(const reply& answer, clock::time_point now) {
    if (exchanged_ != access_token_) {
        return; // another login came meanwhile
    }
    if (answer.status == 401 || answer.status == 404) {
        refuse_login(answer);
        return;
    }
    const auto token =
        answer.status == 200 ? read_fetched_token(answer.body, now) : result<api_token>(error());
    if (!token) {
        const std::string said = refusal_text(answer.body);
        const std::string what = answer.status == 200 ? "no token" : answer.outcome();
        fail_exchange("GitHub gives no Copilot token: " + (said.empty() ? what : said), false, now);
        return;
    }
    const auto used = use(*token);
    if (!used) {
        wrong_endpoint_ = true;
        fail_exchange(used.error().message, true, now);
        return;
    }
    fresh_login_ = false;
    writes_.document = token->document;
}

void login_fsm::fail_exchange(std::string reason, bool final, clock::time_point now) {
    reason_ = std::move(reason);
    if (++tries_ < most_tries && !final) {
        next_try_ = now + first_pause * (tries_ == 1 ? 1 : 4);
        return;
    }
    exchange_wanted_ = false;
    round_failed_ = true;
    next_try_ = now + std::min(longest_rest, seconds(1L << std::min(failed_rounds_, 10)));
    ++failed_rounds_;
}

/// GitHub does not know the account's token any more, or gives it no Copilot.
void login_fsm::refuse_login(const reply& answer) {
    const std::string said = refusal_text(answer.body);
    reason_ = "GitHub gives this login no Copilot token: " +
              (said.empty() ? answer.outcome() : answer.outcome() + " (" + said + ")");
    access_token_ = secret();
    exchange_wanted_ = false;
    if (std::exchange(fresh_login_, false)) {
        // One that was made a moment ago: another would do no better.
        flow_end_ = device_flow::failure::refused;
    }
}

void login_fsm::take_code(const reply& answer, clock::time_point now) {
    if (flow_) {
        flow_->take_code(answer, now);
        settle_flow(now);
    }
}

void login_fsm::take_poll(const reply& answer, clock::time_point now) {
    if (flow_) {
        flow_->take_poll(answer, now);
        settle_flow(now);
    }
}

/// Takes over how the flow has ended, if it has.
void login_fsm::settle_flow(clock::time_point now) {
    reason_ = flow_->reason().empty() ? reason_ : flow_->reason();
    if (flow_->prompt()) {
        reason_ = flow_->reason();
    }
    if (flow_->current() == device_flow::phase::done) {
        access_token_ = flow_->access_token();
        writes_.access_token = access_token_;
        fresh_login_ = true;
        reason_.clear();
        flow_.reset();
        begin_exchange(now);
    } else if (flow_->current() == device_flow::phase::failed) {
        flow_end_ = flow_->failed_by();
        flow_rest_ = now + flow_rest;
        flow_.reset();
    }
}

error login_fsm::no_login() const {
    std::string text = "GitHub Copilot needs a login: ";
    if (flow_ && flow_->prompt()) {
        text += "visit " + flow_->prompt()->verification_uri + " and enter code " +
                flow_->prompt()->user_code;
    } else if (flow_end_ != device_flow::failure::none) {
        text += reason_ + "; run `llm-proxy copilot login`, or reload the configuration for "
                          "another code";
    } else {
        text += "the code to enter will be in the log and at /copilot/status";
    }
    return login_error(text);
}

login_status login_fsm::status(clock::time_point now) const {
    login_status out;
    out.reason = reason_;
    if (grant_.good(now)) {
        out.token_expires = grant_.expires;
    }
    if (flow_ && flow_->prompt()) {
        out.state = login_state::waiting_for_user;
        out.prompt = flow_->prompt();
    } else if (grant_.good(now) || (!access_token_.empty() && !round_failed_)) {
        out.state = login_state::logged_in;
    } else if (!access_token_.empty() || (flow_end_ != device_flow::failure::none &&
                                          flow_end_ != device_flow::failure::unused)) {
        out.state = login_state::failed;
    }
    return out;
}

kept_tokens login_fsm::take_writes() {
    return std::exchange(writes_, kept_tokens());
}

} // namespace llm_proxy::login
