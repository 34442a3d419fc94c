#pragma once

#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/login/api_token.hpp"
#include "llm_proxy/login/copilot_settings.hpp"
#include "llm_proxy/login/device_flow.hpp"
#include "llm_proxy/login/token_files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::login {

/// Copilot's login: the access token of an account, the token that is exchanged for it and that
/// calls carry, and the device flow where there is no account. Says which request is due. I/O-free;
/// one thread.
class login_fsm {
public:
    enum class step : std::uint8_t { rest, exchange, request_code, poll };
    struct action {
        action(step chosen, clock::time_point until) : what(chosen), when(until) {}

        step what;
        /// Of a rest: its end, unless something happens before.
        clock::time_point when;
    };

    /// `settings` outlives it.
    explicit login_fsm(const copilot_settings& settings) : settings_(settings) {}

    /// Whether a deployment needs the login. Each time it does, what had failed is begun again.
    void want(bool wanted, clock::time_point now);
    /// What the files hold now: it counts as far as it has changed since the last look.
    void take_files(const kept_tokens& kept, clock::time_point now);
    /// The same for what they hold after a write of ours: it does not count.
    void note_files(kept_tokens kept) { seen_ = std::move(kept); }

    /// For a call: the access, an error, or nothing while it has to wait. `refused` is the version
    /// that the provider did not take; if that is still the current one it is given up.
    std::optional<result<grant>> ask(std::uint64_t refused, clock::time_point now);
    /// A newer access is wanted, but nobody waits for it.
    void refresh(clock::time_point now);

    /// The request that is due, or how long to rest. No request is begun before the last one's
    /// answer was given to one of the three below.
    action next(clock::time_point now);
    void take_exchange(const reply& answer, clock::time_point now);
    void take_code(const reply& answer, clock::time_point now);
    void take_poll(const reply& answer, clock::time_point now);

    // For the requests.
    const secret& access_token() const { return access_token_; }
    const secret& device_code() const { return flow_->device_code(); }

    const grant& current() const { return grant_; }
    login_status status(clock::time_point now) const;
    /// What is new for the files since the last call; empty where nothing is.
    kept_tokens take_writes();

private:
    bool may_give_up(clock::time_point now);
    void begin_exchange(clock::time_point now);
    void fail_exchange(std::string reason, bool final, clock::time_point now);
    void refuse_login(const reply& answer);
    void take_kept(const secret& document, clock::time_point now);
    /// False if the token names an endpoint that must not have it.
    result<void> use(const api_token& token);
    void settle_flow(clock::time_point now);
    error no_login() const;

    const copilot_settings& settings_;
    bool wanted_ = false;
    kept_tokens seen_;
    kept_tokens writes_;
    std::string reason_;

    secret access_token_;
    bool fresh_login_ = false; // the access token came from the device flow
    grant grant_;
    std::uint64_t last_version_ = 0;

    bool exchange_wanted_ = false;
    secret exchanged_; // the access token of the running exchange
    int tries_ = 0;
    int failed_rounds_ = 0;
    bool round_failed_ = false; // no further try before `next_try_`, and nobody waits for it
    bool wrong_endpoint_ = false;
    clock::time_point next_try_;
    int give_ups_ = 0; // since `give_ups_from_`
    clock::time_point give_ups_from_;

    std::optional<device_flow> flow_;
    /// How the last flow ended, until another may begin.
    device_flow::failure flow_end_ = device_flow::failure::none;
    clock::time_point flow_rest_; // a call begins another flow from then on
};

} // namespace llm_proxy::login
