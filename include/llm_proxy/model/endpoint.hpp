#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/util/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::model {

/// An HTTP or HTTPS origin with everything that makes connections to it interchangeable.
struct endpoint {
    bool tls = false;
    std::string host; // lower case, without brackets
    std::uint16_t port = 80;
    config::tls_verify verify;
    /// Connections open to it at once, per worker.
    std::uint32_t max_connections = 4096;
    /// Its name came from a client: it is reached at public addresses only.
    bool public_only = false;
    /// How long a connection may take to come about; zero leaves it to the pool.
    std::chrono::milliseconds connect_timeout{0};

    /// `host` or `host:port` (brackets for IPv6) as the Host header has it.
    std::string host_header;

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Whether a host is most likely the operator's own: a loopback, private or link-local address
/// (RFC 1918, RFC 4193, RFC 3927), or a name that no public server has: one without a dot, or under
/// `local`, `lan`, `internal` or `home.arpa`.
bool is_at_home(std::string_view host);

/// For maps by endpoint.
struct endpoint_hash {
    std::size_t operator()(const endpoint& of) const;
};

/// A base URL taken apart: `https://host:port/some/path`.
struct base_url {
    endpoint origin;
    std::string path; // without trailing slashes; may be empty
};

/// Parses an absolute http or https URL. User information, fragments and control characters are
/// refused with a text that names what is wrong. A query is refused too. The text never repeats
/// the URL, since it may hold a password.
result<base_url> parse_base_url(std::string_view url, const config::tls_verify& verify);

} // namespace llm_proxy::model
