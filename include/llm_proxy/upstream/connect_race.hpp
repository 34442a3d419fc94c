#pragma once

#include "llm_proxy/net/tcp_stream.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::upstream {

/// A connected socket, or why there is none.
struct connected {
    connected() = default;

    std::optional<net::tcp_socket> socket;
    std::string problem;
};

/// How long an address may be silent before the next one is tried as well (RFC 8305, section 5).
inline constexpr std::chrono::milliseconds connection_attempt_delay{250};

/// Connects to the first address that answers ("Happy Eyeballs"): they are started in order, the
/// next one when the one before has failed or was silent for `connection_attempt_delay`. The
/// others are closed. Ends at once when the coroutine is cancelled.
net::task<connected> connect_first(net::executor ex,
                                   std::vector<net::asio::ip::tcp::endpoint> addresses);

} // namespace llm_proxy::upstream
