#pragma once

#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/upstream/connect_race.hpp"
#include "llm_proxy/upstream/connection.hpp"
#include "llm_proxy/upstream/forward_proxy.hpp"
#include "llm_proxy/upstream/resolver.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace llm_proxy::upstream {

/// What all workers share to make connections.
struct connection_services {
    connection_services(const variable_reader& variable, resolver::lookup lookup)
        : names(lookup), client_names(std::move(lookup)), tls(variable), proxies(variable) {}

    resolver names;
    resolver client_names; // of `public_only` endpoints: dead ones must not delay the others
    tls_contexts tls;
    const forward_proxies proxies;
};

/// A new connection, or why there is none.
struct established {
    established() = default;
    established(failure f, std::string detail) : result(f, std::move(detail)) {}

    outcome result;
    connection link;
};

/// Makes connections for one worker: resolve, connect, tunnel through the forward proxy, shake
/// hands. An endpoint that is `public_only` is connected to at the addresses that were checked,
/// also through a forward proxy, which then gets the address instead of the name.
class connector {
public:
    connector(std::shared_ptr<connection_services> shared, net::executor ex,
              std::chrono::milliseconds timeout)
        : shared_(std::move(shared)), executor_(ex), timeout_(timeout) {}

    /// Ends within the time given, and at once when the coroutine is cancelled, then with
    /// `failure::interrupted`.
    net::task<established> connect(std::shared_ptr<const endpoint> to);

private:
    net::task<established> establish(std::shared_ptr<const endpoint> to, std::string_view& step);
    net::task<resolution> find(std::shared_ptr<const endpoint> to, const forward_proxy* proxy,
                               std::shared_ptr<const endpoint>& tunnel_end);
    net::task<established> finish(net::tcp_socket socket, std::shared_ptr<const endpoint> to);

    std::shared_ptr<connection_services> shared_;
    net::executor executor_;
    std::chrono::milliseconds timeout_;
};

/// Asks the proxy at the other end of `socket` for a tunnel (RFC 9110, section 9.3.6).
net::task<outcome> open_tunnel(net::tcp_socket& socket, const forward_proxy& proxy,
                               std::shared_ptr<const endpoint> to);

} // namespace llm_proxy::upstream
