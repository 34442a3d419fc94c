#include "llm_proxy/app/health_check.hpp"

#include "llm_proxy/net/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>

#include <array>
#include <iostream>

namespace llm_proxy::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds time_limit{5};
constexpr std::string_view question =
    "GET /health/liveliness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Where a server that listens on `host` can be reached from here.
asio::ip::address reachable(const std::string& host) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    if (ec || address == asio::ip::address_v4::any()) {
        return asio::ip::address_v4::loopback();
    }
    return address == asio::ip::address_v6::any() ? asio::ip::address_v6::loopback() : address;
}

net::task<> ask(asio::ip::tcp::endpoint where, bool tls, std::string& answer) {
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
    const std::array<std::string_view, 1> pieces{question};
    ec = co_await stream->write(pieces);
    std::array<char, 64> head{};
    const auto got = co_await stream->read_some(head);
    answer.assign(head.data(), got.size);
}

} // namespace

int check_health(const options& chosen) {
    const asio::ip::tcp::endpoint where(reachable(chosen.host), chosen.port.value_or(4000));
    std::string answer;
    asio::io_context context(1);
    asio::co_spawn(context.get_executor(), ask(where, !chosen.ssl_certificate.empty(), answer),
                   asio::detached);
    context.run_for(time_limit);
    if (answer.starts_with("HTTP/1.1 200")) {
        return 0;
    }
    std::cerr << "unhealthy: "
              << (answer.empty() ? "no answer" : answer.substr(0, answer.find('\r'))) << '\n';
    return 1;
}

} // namespace llm_proxy::app
