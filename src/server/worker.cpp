#include "llm_proxy/server/worker.hpp"

#include "llm_proxy/net/tls_stream.hpp"
#include "llm_proxy/server/context_memory.hpp"
#include "llm_proxy/server/model_lists.hpp"
#include "llm_proxy/server/session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <optional>
#include <unordered_map>

namespace llm_proxy::server {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds handshake_time{10};

upstream::pool_options pool_options_of(const worker_options&) {
    return {};
}

void log_escaped(const std::exception_ptr& escaped) {
    try {
        if (escaped) {
            std::rethrow_exception(escaped);
        }
    } catch (const std::exception& failure) {
        spdlog::error("a connection ended by an unexpected failure: {}", failure.what());
    }
}

} // namespace

struct worker::state : std::enable_shared_from_this<worker::state> {
    state(worker_options chosen, std::shared_ptr<const snapshot> first,
          upstream::shared_services& upstreams, std::uint64_t seed)
        : options(std::move(chosen)), config(std::move(first)),
          context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), work(context.get_executor()),
          dog(context.get_executor()), random(seed),
          pool(upstreams.make_pool(context.get_executor(), pool_options_of(options))),
          lists(std::make_shared<model_lists>(shared)),
          shared{*pool,    random,           dog,          context.get_executor(), nullptr, *lists,
                 contexts, options.counting, options.lines} {
        shared.encoding = options.encoding;
        if (options.login != nullptr) {
            gate.emplace(*options.login, context.get_executor());
            shared.login = &*gate;
        }
    }

    void accept(net::tcp_socket socket) {
        if (sessions.size() >= options.max_connections) {
            return; // the socket closes itself
        }
        if (options.tls != nullptr) {
            accept_tls(std::move(socket));
        } else {
            start(net::make_tcp_stream(std::move(socket)));
        }
    }

    void accept_tls(net::tcp_socket socket) {
        auto handshake = std::make_shared<net::interruptor>(dog);
        handshake->set_deadline(net::clock::now() + handshake_time);
        asio::co_spawn(context.get_executor(), shake_hands(handshake, std::move(socket)),
                       asio::bind_cancellation_slot(handshake->slot(),
                                                    [handshake](const std::exception_ptr& escaped) {
                                                        log_escaped(escaped);
                                                    }));
    }

    net::task<> shake_hands(std::shared_ptr<net::interruptor> interrupts, net::tcp_socket socket) {
        co_await interrupts->prepare();
        net::error_code ec;
        auto stream = co_await net::accept_tls(std::move(socket), *options.tls, ec);
        if (stream) {
            start(std::move(stream));
        }
    }

    void start(std::unique_ptr<net::byte_stream> stream) {
        const session_host host{shared, options, config, load, draining};
        auto connection = std::make_shared<session>(host, std::move(stream));
        session* key = connection.get();
        sessions.emplace(key, connection);
        load.connections.store(sessions.size(), std::memory_order_relaxed);
        asio::co_spawn(context.get_executor(), connection->run(),
                       asio::bind_cancellation_slot(
                           connection->interrupts().slot(),
                           [self = shared_from_this(), connection](const std::exception_ptr& e) {
                               self->ended(*connection, e);
                           }));
    }

    void ended(session& connection, const std::exception_ptr& escaped) {
        log_escaped(escaped);
        connection.close();
        sessions.erase(&connection);
        load.connections.store(sessions.size(), std::memory_order_relaxed);
        finish_if_empty();
    }

    void drain() {
        draining = true;
        listener->stop();
        for (auto& [key, connection] : sessions) {
            if (connection->idle()) {
                connection->interrupts().raise(net::interrupt::stopping);
            }
        }
        finish_if_empty();
    }

    void abort() {
        for (auto& [key, connection] : sessions) {
            connection->interrupts().raise(net::interrupt::stopping);
        }
    }

    void finish_if_empty() {
        if (draining && sessions.empty()) {
            lists->stop();
            pool->stop();
            dog.stop();
            work.reset();
        }
    }

    worker_options options;
    std::shared_ptr<const snapshot> config;
    asio::io_context context;
    asio::executor_work_guard<net::executor> work;
    net::watchdog dog;
    fast_random random;
    std::unique_ptr<upstream::pool> pool;
    std::optional<login::access_gate> gate;
    std::shared_ptr<model_lists> lists;
    context_memory contexts;
    services shared;
    std::unique_ptr<net::listener> listener;
    std::unordered_map<session*, std::shared_ptr<session>> sessions;
    worker_load load;
    bool draining = false;
};

worker::worker(worker_options options, std::shared_ptr<const snapshot> config,
               upstream::shared_services& upstreams, std::uint64_t seed)
    : state_(std::make_shared<state>(std::move(options), std::move(config), upstreams, seed)) {}

worker::~worker() = default;

result<void> worker::listen() {
    auto bound = net::listen(state_->context.get_executor(), state_->options.host,
                             state_->options.port, state_->options.share_port);
    if (!bound) {
        return bound.error();
    }
    state_->listener = std::move(*bound);
    return {};
}

std::uint16_t worker::port() const {
    return state_->listener->port();
}

void worker::run() {
    auto keep = state_;
    state_->listener->start([keep](net::tcp_socket socket) { keep->accept(std::move(socket)); });
    state_->context.run();
    state_->listener.reset();
}

// What is posted runs inside `run`, which keeps the state; posted later it must not keep it.
void worker::use(std::shared_ptr<const snapshot> next) {
    asio::post(state_->context, [state = state_.get(), next = std::move(next)]() mutable {
        state->config = std::move(next);
    });
}

void worker::drain() {
    asio::post(state_->context, [state = state_.get()] { state->drain(); });
}

void worker::abort() {
    asio::post(state_->context, [state = state_.get()] { state->abort(); });
}

const worker_load& worker::load() const {
    return state_->load;
}

} // namespace llm_proxy::server
