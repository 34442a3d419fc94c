#include "llm_proxy/upstream/connector.hpp"

#include "llm_proxy/net/tls_stream.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/upstream/address_policy.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <tuple>

namespace llm_proxy::upstream {

namespace {

namespace asio = net::asio;
using asio::ip::tcp;

std::vector<tcp::endpoint> places(const resolution& found, std::uint16_t port) {
    std::vector<tcp::endpoint> list;
    list.reserve(found.addresses.size());
    for (const auto& address : found.addresses) {
        list.emplace_back(address, port);
    }
    return list;
}

/// The addresses if all of them may be reached, else why not.
resolution all_public(resolution found) {
    for (const auto& address : found.addresses) {
        if (!is_public_address(address)) {
            return resolution(address.to_string() + " is no public address");
        }
    }
    return found;
}

std::shared_ptr<const endpoint> at_address(const endpoint& to, const asio::ip::address& address) {
    auto there = std::make_shared<endpoint>(to);
    there->host = address.to_string();
    return there;
}

/// A cancellation that comes just when an operation has succeeded is not seen by that operation.
net::task<bool> cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

established interrupted() {
    return established(failure::interrupted, "interrupted while connecting");
}

} // namespace

net::task<established> connector::connect(std::shared_ptr<const endpoint> to) {
    const std::string target = to->host_header;
    std::string_view step;
    net::timer limit(executor_, timeout_);
    auto both = asio::experimental::make_parallel_group(
        asio::co_spawn(executor_, establish(std::move(to), step), asio::deferred),
        limit.async_wait(asio::deferred));
    auto ended = co_await both.async_wait(asio::experimental::wait_for_one(), net::use_task);
    if (const std::exception_ptr& thrown = std::get<1>(ended)) {
        std::rethrow_exception(thrown);
    }
    established& made = std::get<2>(ended);
    const bool timed_out = !std::get<3>(ended);
    if (timed_out && !made.result.ok()) {
        co_return established(failure::connect, target + ": " + std::string(step) +
                                                    " took longer than " +
                                                    std::to_string(timeout_.count()) + " ms");
    }
    co_return std::move(made);
}

net::task<established> connector::establish(std::shared_ptr<const endpoint> to,
                                            std::string_view& step) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const forward_proxy* const proxy = shared_->proxies.proxy_for(*to);
    if (proxy != nullptr && !proxy->problem.empty()) {
        co_return established(failure::proxy, proxy->problem);
    }
    const std::string host = proxy != nullptr ? proxy->host : to->host;
    const std::uint16_t port = proxy != nullptr ? proxy->port : to->port;

    step = "resolving the name";
    std::shared_ptr<const endpoint> tunnel_end = to;
    const resolution found = co_await find(to, proxy, tunnel_end);
    bool stopped = co_await cancelled();
    if (stopped) {
        co_return interrupted();
    }
    if (found.addresses.empty()) {
        co_return established(failure::resolve, host + ": " + found.problem);
    }

    step = "connecting";
    connected reached = co_await connect_first(executor_, places(found, port));
    stopped = co_await cancelled();
    if (stopped) {
        co_return interrupted();
    }
    if (!reached.socket) {
        co_return established(failure::connect, host + ": " + reached.problem);
    }

    if (proxy != nullptr) {
        step = "opening a tunnel through the forward proxy";
        outcome opened = co_await open_tunnel(*reached.socket, *proxy, tunnel_end);
        if (!opened.ok()) {
            co_return established(opened.why, opened.detail);
        }
    }
    step = "the TLS handshake";
    co_return co_await finish(std::move(*reached.socket), std::move(to));
}

/// The addresses to connect to: the origin's or the proxy's.
net::task<resolution> connector::find(std::shared_ptr<const endpoint> to,
                                      const forward_proxy* proxy,
                                      std::shared_ptr<const endpoint>& tunnel_end) {
    if (to->public_only) {
        resolution found = co_await shared_->client_names.resolve(executor_, to->host);
        found = all_public(std::move(found));
        if (proxy == nullptr || found.addresses.empty()) {
            co_return found;
        }
        tunnel_end = at_address(*to, found.addresses.front());
    }
    const std::string host = proxy != nullptr ? proxy->host : to->host;
    co_return co_await shared_->names.resolve(executor_, host);
}

net::task<established> connector::finish(net::tcp_socket socket,
                                         std::shared_ptr<const endpoint> to) {
    established made;
    const bool stopped = co_await cancelled();
    if (stopped) {
        co_return interrupted();
    }
    if (!to->tls) {
        made.link.stream = net::make_tcp_stream(std::move(socket));
        co_return made;
    }
    std::string problem;
    made.link.tls = shared_->tls.of(*to, problem);
    if (!made.link.tls) {
        co_return established(failure::tls, to->host_header + ": " + problem);
    }
    const session_ptr session = made.link.tls->session();
    net::tls_client_options options;
    options.server_name = to->host;
    options.verify = to->verify.enabled;
    options.session = session.get();
    net::error_code ec;
    made.link.stream = co_await net::connect_tls(std::move(socket), made.link.tls->context(),
                                                 options, ec, problem);
    if (!made.link.stream) {
        co_return established(failure::tls, to->host_header + ": " + problem);
    }
    co_return made;
}

} // namespace llm_proxy::upstream
