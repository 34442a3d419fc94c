#pragma once

#include "llm_proxy/limits/waiting_line.hpp"
#include "llm_proxy/login/access_source.hpp"
#include "llm_proxy/net/listener.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/server/request.hpp"
#include "llm_proxy/server/snapshot.hpp"
#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/util/random.hpp"

#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace llm_proxy::server {

struct worker_options {
    std::string host = "0.0.0.0";
    std::uint16_t port = 4000;
    bool share_port = false;
    /// Connections of this worker at once; more are closed when they come.
    std::size_t max_connections = 20000;
    std::size_t max_head_bytes = 64UL * 1024;
    /// Between requests; above the 60 s that nginx keeps its own.
    std::chrono::seconds idle_time{120};
    std::chrono::seconds head_time{30};
    boost::asio::ssl::context* tls = nullptr; // not owned
    /// `access-control-allow-origin` of answers; empty turns CORS off.
    std::string cors_origins = "*";
    bool cors_credentials = false;
    /// For deployments that need a login; null if there is none. Not owned.
    login::access_source* login = nullptr;
    net::background* counting = nullptr;    // see `services`; not owned
    net::background* encoding = nullptr;    // the same
    limits::waiting_lines* lines = nullptr; // the same
};

/// How busy a worker is; read from other threads.
struct worker_load {
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> requests{0};
};

/// One thread's whole server: its event loop, listener, sessions and upstream connections. Nothing
/// of it is shared with other workers.
class worker {
public:
    worker(worker_options options, std::shared_ptr<const snapshot> config,
           upstream::shared_services& upstreams, std::uint64_t seed);
    ~worker();

    /// Binds; before `run`. Fails with a text for people.
    result<void> listen();
    std::uint16_t port() const;

    /// Serves until stopped; the calling thread is the worker's.
    void run();

    // From any thread:
    void use(std::shared_ptr<const snapshot> next);
    /// Accepts no more, closes idle connections; `run` returns when the rest has ended.
    void drain();
    /// Ends what still runs.
    void abort();
    const worker_load& load() const;

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::server
