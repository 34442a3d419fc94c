#pragma once

#include "llm_proxy/net/tcp_stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <poll.h>
#include <string>
#include <string_view>

namespace llm_proxy::test {

/// Two connected sockets of one loop. The far one is for blocking calls, so what is sent through
/// it must fit the kernel's buffers.
struct socket_pair {
    explicit socket_pair(net::executor ex) : near_end(ex), far_end(ex) {
        using boost::asio::ip::tcp;
        boost::asio::basic_socket_acceptor<tcp, net::executor> acceptor(
            ex, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        near_end.connect(acceptor.local_endpoint());
        acceptor.accept(far_end);
    }

    void send(std::string_view bytes) { boost::asio::write(far_end, boost::asio::buffer(bytes)); }
    /// Exactly so many bytes; throws at the end of the stream.
    std::string receive(std::size_t count) {
        std::string bytes(count, '\0');
        boost::asio::read(far_end, boost::asio::buffer(bytes));
        return bytes;
    }
    void end() { far_end.shutdown(net::tcp_socket::shutdown_send); }
    void reset() {
        far_end.set_option(boost::asio::socket_base::linger(true, 0));
        far_end.close();
    }

    net::tcp_socket near_end;
    net::tcp_socket far_end;
};

/// Waits until there is something to read, or the end.
inline bool wait_readable(int descriptor) {
    pollfd waited{};
    waited.fd = descriptor;
    waited.events = POLLIN;
    return ::poll(&waited, 1, 10'000) == 1;
}

/// Reads up to the end of the stream or so many bytes.
inline net::task<std::string> read_up_to(net::byte_stream& stream, std::size_t count) {
    std::string all;
    std::array<char, 4096> piece{};
    while (all.size() < count) {
        const net::io_result got = co_await stream.read_some(piece);
        all.append(piece.data(), got.size);
        if (got.ec) {
            break;
        }
    }
    co_return all;
}

} // namespace llm_proxy::test
