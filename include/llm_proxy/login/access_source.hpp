#pragma once

#include "llm_proxy/login/device_flow.hpp"
#include "llm_proxy/login/reply.hpp"
#include "llm_proxy/model/access.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace llm_proxy::login {

/// An access for a while.
struct grant {
    std::shared_ptr<const model::access> access; // null if there is none
    /// Another access has another version; 0 is none.
    std::uint64_t version = 0;
    clock::time_point expires;
    /// From then on whoever uses it should ask for another.
    clock::time_point refresh;

    bool good(clock::time_point now) const { return access != nullptr && now < expires; }
};

enum class login_state : std::uint8_t { no_login, waiting_for_user, logged_in, failed };

/// For people; holds no token.
struct login_status {
    login_state state = login_state::no_login;
    std::optional<device_prompt> prompt; // while waiting for the user
    std::string reason;                  // of a failure
    /// Of the exchanged token, if there is one.
    std::optional<clock::time_point> token_expires;
};

/// Where the workers get a login's access. All members may be called from any thread.
class access_source {
public:
    virtual ~access_source() = default;

    /// The version of `current`: one atomic load.
    virtual std::uint64_t version() const = 0;
    virtual grant current() const = 0;
    virtual login_status status() const = 0;

    /// Called once, on the source's thread; never if the source ends before.
    using receiver = std::function<void(result<grant>)>;
    /// Asks for an access that is good and has not the version `refused`, which the provider did
    /// not take (0: none). Waits for a running exchange, but never for the user: without a login
    /// the answer is an error that says what to do.
    virtual void acquire(std::uint64_t refused, receiver done) = 0;
    /// Wants a newer access in the background; calls go on with the one they have.
    virtual void refresh() = 0;
};

} // namespace llm_proxy::login
