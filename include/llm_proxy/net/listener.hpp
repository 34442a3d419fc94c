#pragma once

#include "llm_proxy/net/tcp_stream.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace llm_proxy::net {

/// Accepts connections of one worker. Several workers listen on one address (SO_REUSEPORT); the
/// kernel spreads connections over them, and each stays on its worker.
class listener {
public:
    virtual ~listener() = default;

    /// Begins to accept. `on_connection` is called on the executor's thread.
    virtual void start(std::function<void(tcp_socket)> on_connection) = 0;
    virtual void stop() = 0;
    virtual std::uint16_t port() const = 0;
};

/// Binds and listens. Port 0 lets the kernel choose. An IPv6 `::` takes IPv4 too. The error says
/// in words what failed, such as an address in use.
result<std::unique_ptr<listener>> listen(executor ex, const std::string& host, std::uint16_t port,
                                         bool share_port);

} // namespace llm_proxy::net
