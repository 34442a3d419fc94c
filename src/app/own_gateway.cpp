#include "llm_proxy/app/own_gateway.hpp"

#include "llm_proxy/net/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>

#include <array>

namespace llm_proxy::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds time_limit{5};
constexpr std::size_t longest_answer = 1024UL * 1024;

/// Where a server that listens on `host` can be reached from here.
asio::ip::address reachable(const std::string& host) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec || address == asio::ip::address_v4::any()) {
        return asio::ip::address_v4::loopback();
    }
    return address == asio::ip::address_v6::any() ? asio::ip::address_v6::loopback() : address;
}

net::task<> ask(asio::ip::tcp::endpoint where, bool tls, std::string_view request,
                std::string& answer) {
    const net::executor ex = co_await asio::this_coro::executor;
    net::error_code ec;
    net::tcp_socket socket(ex);
    co_await socket.async_connect(where, asio::redirect_error(net::use_task, ec));
    if (ec) {
        answer = ec.message();
        co_return;
    }
    asio::ssl::context context(asio::ssl::context::tls_client);
    std::unique_ptr<net::byte_stream> stream;
    if (tls) {
        // The certificate names the public host, not this one; it is our own server that we ask.
        net::tls_client_options options;
        options.server_name = "localhost";
        options.verify = false;
        stream = co_await net::connect_tls(std::move(socket), context, options, ec, answer);
    } else {
        stream = net::make_tcp_stream(std::move(socket));
    }
    if (!stream) {
        co_return;
    }
    const std::array<std::string_view, 1> pieces{request};
    ec = co_await stream->write(pieces);
    std::array<char, 16384> piece{};
    while (!ec && answer.size() < longest_answer) {
        const auto got = co_await stream->read_some(piece);
        answer.append(piece.data(), got.size);
        ec = got.ec;
    }
}

} // namespace

std::string ask_own_gateway(const options& chosen, std::string_view request) {
    const asio::ip::tcp::endpoint where(reachable(chosen.host), chosen.port.value_or(4000));
    std::string answer;
    asio::io_context context(1);
    asio::co_spawn(context.get_executor(),
                   ask(where, !chosen.ssl_certificate.empty(), request, answer), asio::detached);
    context.run_for(time_limit);
    return answer;
}

} // namespace llm_proxy::app
