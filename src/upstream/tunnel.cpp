#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/http/parser.hpp"
#include "llm_proxy/upstream/connector.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace llm_proxy::upstream {

namespace {

namespace asio = net::asio;

constexpr http::head_limits answer_limits{16 * 1024, 100};

std::string tunnel_request(const forward_proxy& proxy, const endpoint& to) {
    const bool bare_ipv6 = to.host.find(':') != std::string::npos;
    const std::string authority =
        (bare_ipv6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
    std::string head;
    http::head_writer writer(head);
    writer.request_line("CONNECT", authority);
    writer.header("Host", authority);
    if (!proxy.authorization.empty()) {
        writer.header("Proxy-Authorization", proxy.authorization.reveal());
    }
    writer.end();
    return head;
}

/// Nothing while the answer is incomplete.
std::optional<outcome> judge(std::string_view answer, std::size_t& searched) {
    http::response_head head;
    const auto progress = http::parse_response_head(answer, searched, answer_limits, true, head);
    if (progress.state == http::head_state::need_more) {
        return std::nullopt;
    }
    if (progress.state != http::head_state::ready) {
        return outcome(failure::proxy, "the forward proxy's answer is not HTTP");
    }
    if (head.status < 200 || head.status > 299) {
        return outcome(failure::proxy,
                       "the forward proxy refused the tunnel with " + std::to_string(head.status));
    }
    if (progress.consumed != answer.size()) { // the origin speaks second, in HTTP as in TLS
        return outcome(failure::proxy, "the forward proxy sent bytes of its own into the tunnel");
    }
    return outcome();
}

} // namespace

net::task<outcome> open_tunnel(net::tcp_socket& socket, const forward_proxy& proxy,
                               std::shared_ptr<const endpoint> to) {
    const std::string request = tunnel_request(proxy, *to);
    net::error_code ec;
    co_await asio::async_write(socket, asio::buffer(request),
                               asio::redirect_error(net::use_task, ec));
    std::string answer;
    std::size_t searched = 0;
    std::array<char, 1024> piece;
    while (!ec) {
        const std::size_t size = co_await socket.async_read_some(
            asio::buffer(piece), asio::redirect_error(net::use_task, ec));
        answer.append(piece.data(), size);
        auto verdict = judge(answer, searched);
        if (verdict) {
            co_return std::move(*verdict);
        }
    }
    co_return outcome(failure::proxy, "the forward proxy's connection failed: " + ec.message());
}

} // namespace llm_proxy::upstream
