#pragma once

#include "llm_proxy/net/stream.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace llm_proxy::net {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

/// `byte_stream` over a connected TCP socket; sets TCP_NODELAY.
std::unique_ptr<byte_stream> make_tcp_stream(tcp_socket socket);

} // namespace llm_proxy::net
