#pragma once

#include "llm_proxy/net/tcp_stream.hpp"

#include <boost/asio/ssl/context.hpp>

namespace llm_proxy::net {

/// Server side: shakes hands on an accepted socket. Null and `ec` on failure.
task<std::unique_ptr<byte_stream>> accept_tls(tcp_socket socket, asio::ssl::context& context,
                                              error_code& ec);

/// What a client-side handshake checks and offers.
struct tls_client_options {
    std::string server_name; // SNI and certificate check; an IP address is checked as such
    bool verify = true;
    SSL_SESSION* session = nullptr; // to resume; not owned
};

/// Client side: shakes hands over a connected socket (for a proxied origin: after its CONNECT).
/// Null and `ec` on failure; `why` then says in words what the certificate lacks.
task<std::unique_ptr<byte_stream>> connect_tls(tcp_socket socket, asio::ssl::context& context,
                                               const tls_client_options& options, error_code& ec,
                                               std::string& why);

} // namespace llm_proxy::net
