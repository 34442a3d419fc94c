#pragma once

#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/util/secret.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::upstream {

/// Reads an environment variable.
using variable_reader = std::function<std::optional<std::string>(std::string_view)>;

/// A forward proxy. All origins, http ones too, are reached through a tunnel (CONNECT): so the
/// request is the same with and without a proxy.
struct forward_proxy {
    std::string host;
    std::uint16_t port = 80;
    secret authorization; // of Proxy-Authorization; may be empty
    /// Why it cannot be used; empty if it can. Calls through it then fail rather than go round it.
    std::string problem;
};

/// Which origins are reached without the proxy, from `NO_PROXY`: names separated by commas or
/// spaces, each of which covers its subdomains (a leading `.` or `*.` changes nothing), IP
/// addresses, networks (`10.0.0.0/8`), each with an optional `:port`, and `*` for everything.
class proxy_exceptions {
public:
    explicit proxy_exceptions(std::string_view list);
    bool covers(const model::endpoint& origin) const;

private:
    struct rule {
        std::string name;
        std::optional<boost::asio::ip::address> network;
        unsigned prefix = 0;    // bits of `network` that count
        std::uint16_t port = 0; // 0: any
    };
    static rule parse(std::string_view entry);
    static bool matches(const rule& r, const model::endpoint& origin,
                        const std::optional<boost::asio::ip::address>& address);

    bool all_ = false;
    std::vector<rule> rules_;
};

/// The proxies of the environment: `HTTPS_PROXY` for https origins, `HTTP_PROXY` for http ones,
/// `ALL_PROXY` where those are unset; the lower-case names win. A URL without a scheme means http;
/// other schemes than http cannot be used. `user:password@` becomes Basic authentication.
class forward_proxies {
public:
    explicit forward_proxies(const variable_reader& variable);

    /// Null: the origin is reached directly. There is no exception for loopback addresses.
    const forward_proxy* proxy_for(const model::endpoint& origin) const;

private:
    std::optional<forward_proxy> for_https_;
    std::optional<forward_proxy> for_http_;
    proxy_exceptions exceptions_;
};

} // namespace llm_proxy::upstream
