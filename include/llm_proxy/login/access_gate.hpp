#pragma once

#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/net/executor.hpp"

#include <cstdint>
#include <optional>

namespace llm_proxy::login {

/// A worker's end of a login: keeps the current access at hand. On the worker's thread.
class access_gate {
public:
    /// `source` outlives it.
    access_gate(access_source& source, net::executor ex) : source_(source), executor_(ex) {}

    /// The access to call with. Where a good one is there that has not the version `refused`, that
    /// costs one atomic load; else it is waited for. Nothing if the waiting was interrupted.
    net::task<std::optional<result<grant>>> get(std::uint64_t refused);

    login_status status() const { return source_.status(); }

private:
    bool holds_good(std::uint64_t refused);

    access_source& source_;
    net::executor executor_;
    grant held_;
    clock::time_point next_refresh_;
};

} // namespace llm_proxy::login
