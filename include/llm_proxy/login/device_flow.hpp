#pragma once

#include "llm_proxy/login/reply.hpp"
#include "llm_proxy/util/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::login {

/// What the user must do. Public by design.
struct device_prompt {
    std::string verification_uri;
    std::string user_code;
    clock::time_point expires;

    friend bool operator==(const device_prompt&, const device_prompt&) = default;
};

/// The client's side of GitHub's device flow (RFC 8628; GitHub: "Authorizing OAuth apps", device
/// flow): which request is due when, and what its answer means. I/O-free.
class device_flow {
public:
    enum class phase : std::uint8_t {
        code, ///< a device code must be asked for
        poll, ///< the user has the code: ask whether it was entered
        done,
        failed,
    };
    enum class failure : std::uint8_t {
        none,
        denied,      ///< the user said no
        unused,      ///< three codes ended one after the other and none was entered
        unreachable, ///< no code could be had in ten tries
        refused,     ///< GitHub does not do this at all
    };

    explicit device_flow(clock::time_point now) : due_(now) {}

    phase current() const { return phase_; }
    /// When the request of the phase may be sent.
    clock::time_point due() const { return due_; }
    /// Gives a code up whose time is over; before `current` is acted upon.
    void advance(clock::time_point now);

    void take_code(const reply& answer, clock::time_point now);
    void take_poll(const reply& answer, clock::time_point now);

    /// Set while the user can enter a code.
    const std::optional<device_prompt>& prompt() const { return prompt_; }
    /// For the poll request; not for the log.
    const secret& device_code() const { return device_code_; }
    /// Once done.
    const secret& access_token() const { return access_token_; }
    failure failed_by() const { return failure_; }
    /// Why it failed, or what went wrong last; for people.
    const std::string& reason() const { return reason_; }

private:
    bool read_code(const std::string& body, clock::time_point now);
    void try_code_again(std::string why, clock::time_point now);
    void judge_poll(std::string_view code, std::optional<std::chrono::seconds> interval,
                    clock::time_point now);
    void fail(failure why, std::string reason);

    phase phase_ = phase::code;
    clock::time_point due_;
    int code_tries_ = 0;
    int codes_ = 0;
    int lost_polls_ = 0;
    std::chrono::seconds interval_{5};
    std::optional<device_prompt> prompt_;
    secret device_code_;
    secret access_token_;
    failure failure_ = failure::none;
    std::string reason_;
};

} // namespace llm_proxy::login
