#pragma once

#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/upstream/services.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::test {

/// What came of one request.
struct upstream_answer {
    upstream::outcome sent;
    upstream::outcome received; // how the body ended
    int status = 0;
    std::string body;
    std::size_t largest_piece = 0;
    bool reused = false;
};

/// One worker with its pool, whose event loop runs only inside the calls below.
class upstream_client {
public:
    using variables = std::map<std::string, std::string, std::less<>>;

    explicit upstream_client(const upstream::pool_options& options = {},
                             const variables& environment = {},
                             upstream::resolver::lookup lookup = upstream::system_lookup);
    ~upstream_client();
    upstream_client(const upstream_client&) = delete;
    upstream_client& operator=(const upstream_client&) = delete;

    /// Runs a coroutine to its end.
    using action = std::function<net::task<>(net::interruptor&)>;
    void run(const action& what);
    /// Starts several, calls `then` when all of them wait, and runs them to their end.
    void run_together(const std::vector<action>& all, const std::function<void()>& then);
    /// Runs the loop until the condition holds.
    void run_until(const std::function<bool()>& condition);

    /// A whole exchange.
    upstream_answer call(const upstream::endpoint& to, std::string_view request);
    net::task<> exchange_once(net::interruptor& stop, const upstream::endpoint& to,
                              std::string_view request, upstream_answer& answer);
    net::task<> exchange_once(net::interruptor& stop, std::shared_ptr<const upstream::endpoint> to,
                              std::string_view request, upstream_answer& answer);

    upstream::pool& pool() { return *pool_; }
    net::executor executor() { return io_.get_executor(); }
    /// From any thread: runs it on the loop.
    void post(std::function<void()> what);

private:
    boost::asio::io_context io_;
    net::watchdog dog_;
    std::unique_ptr<upstream::shared_services> services_;
    std::unique_ptr<upstream::pool> pool_;
};

inline upstream_client::upstream_client(const upstream::pool_options& options,
                                        const variables& environment,
                                        upstream::resolver::lookup lookup)
    : dog_(io_.get_executor()),
      services_(upstream::make_shared_services(
          [environment](std::string_view name) -> std::optional<std::string> {
              const auto found = environment.find(name);
              if (found != environment.end()) {
                  return found->second;
              }
              // The machine's own authorities play no part.
              return name.starts_with("SSL_CERT_") ? std::optional<std::string>("") : std::nullopt;
          },
          std::move(lookup))),
      pool_(services_->make_pool(io_.get_executor(), options)) {}

inline upstream_client::~upstream_client() = default;

inline void upstream_client::run(const action& what) {
    run_together(std::vector<action>(1, what), [] {});
}

inline void upstream_client::run_together(const std::vector<action>& all,
                                          const std::function<void()>& then) {
    std::size_t left = all.size();
    std::exception_ptr thrown;
    std::list<net::interruptor> stops;
    for (const action& each : all) {
        net::interruptor& stop = stops.emplace_back(dog_);
        boost::asio::co_spawn(
            io_, each(stop),
            boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) {
                thrown = e;
                --left;
            }));
    }
    io_.restart();
    while (io_.poll() > 0) {
    }
    then();
    run_until([&] { return left == 0; });
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

inline void upstream_client::run_until(const std::function<bool()>& condition) {
    io_.restart();
    while (!condition()) {
        io_.run_one();
    }
}

inline void upstream_client::post(std::function<void()> what) {
    boost::asio::post(io_, std::move(what));
}

inline upstream_answer upstream_client::call(const upstream::endpoint& to,
                                             std::string_view request) {
    upstream_answer answer;
    run([&](net::interruptor& stop) { return exchange_once(stop, to, request, answer); });
    return answer;
}

inline net::task<> upstream_client::exchange_once(net::interruptor& stop,
                                                  const upstream::endpoint& to,
                                                  std::string_view request,
                                                  upstream_answer& answer) {
    return exchange_once(stop, std::make_shared<const upstream::endpoint>(to), request, answer);
}

inline net::task<> upstream_client::exchange_once(net::interruptor& stop,
                                                  std::shared_ptr<const upstream::endpoint> to,
                                                  std::string_view request,
                                                  upstream_answer& answer) {
    co_await stop.prepare();
    const auto exchange = pool_->open(std::move(to), stop);
    const std::size_t half = request.size() / 2;
    const std::array<std::string_view, 2> pieces{request.substr(0, half), request.substr(half)};
    answer.sent = co_await exchange->send(pieces);
    answer.reused = exchange->reused();
    if (!answer.sent.ok()) {
        co_return;
    }
    answer.status = exchange->head().status;
    while (!exchange->complete()) {
        std::string_view piece;
        answer.received = co_await exchange->read(piece);
        if (!answer.received.ok()) {
            co_return;
        }
        answer.largest_piece = std::max(answer.largest_piece, piece.size());
        answer.body.append(piece);
    }
}

/// The origin of an URL such as `http://127.0.0.1:1234`.
inline upstream::endpoint origin_of(const std::string& url, const config::tls_verify& verify = {}) {
    return model::parse_base_url(url, verify).value().origin;
}

} // namespace llm_proxy::test
