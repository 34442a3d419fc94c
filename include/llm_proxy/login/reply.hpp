#pragma once

#include <chrono>
#include <string>
#include <utility>

namespace llm_proxy::login {

/// Wall-clock time: GitHub tells when a token ends in seconds since the epoch.
using clock = std::chrono::system_clock;

/// What came of one request to GitHub.
struct reply {
    reply() = default;
    reply(int answered, std::string text) : status(answered), body(std::move(text)) {}

    int status = 0; // 0: no answer
    std::string body;
    /// Why there is no answer.
    std::string fault;

    /// For people: the fault, or the status.
    std::string outcome() const {
        return status == 0 ? (fault.empty() ? std::string("no answer") : fault)
                           : "status " + std::to_string(status);
    }
};

} // namespace llm_proxy::login
