#pragma once

#include "llm_proxy/http/head.hpp"
#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace llm_proxy::upstream {

using model::endpoint;
using model::endpoint_hash;

/// How a call upstream failed before or while its answer came.
enum class failure : std::uint8_t {
    none,
    interrupted, ///< the interruptor was raised; it knows why
    resolve,     ///< the name has no address
    connect,     ///< refused, unreachable, or no address answered in time
    tls,         ///< handshake or certificate
    proxy,       ///< the forward proxy refused the tunnel
    closed,      ///< the connection ended before the answer was whole
    malformed,   ///< not HTTP
    too_large,   ///< head over its bound
    exhausted,   ///< too many connections and too many waiting
};

/// The outcome of a step; `detail` is for the log.
struct outcome {
    outcome() = default;
    outcome(failure f, std::string d) : why(f), detail(std::move(d)) {}

    failure why = failure::none;
    std::string detail;
    bool ok() const { return why == failure::none; }
};

/// One request on one upstream connection, and its answer. Destroying it before the answer was
/// read whole closes the connection; otherwise the connection goes back to the pool.
///
/// Waiting operations end with `failure::interrupted` when the interruptor given to the pool call
/// is raised.
class exchange {
public:
    virtual ~exchange() = default;

    /// Sends the request (head and body pieces in one write) on a kept or new connection and reads
    /// the answer's head. If a kept connection turns out to have been closed by the peer before a
    /// byte of answer came, the request is sent once more on a new one; never more.
    /// The pieces must stay alive until it returns; the first begins with the method.
    ///
    /// If it was interrupted while waiting for the answer, it may be called again with the same
    /// pieces and goes on waiting; interrupted earlier, it begins anew.
    virtual net::task<outcome> send(std::span<const std::string_view> pieces) = 0;

    /// Sends a request that is not there as a whole, part by part: `left` bytes of it follow in
    /// further calls. As what is gone cannot be sent again, the first part, which begins with the
    /// head, goes on a new connection. The last one, with nothing left, waits for the answer's
    /// head. Not to be called again after a failure.
    ///
    /// An answer (or the connection's end) that comes before raises `interrupt::answer`, unless
    /// it is this call that waits. The next call clears that, sends nothing more and gives the
    /// head.
    virtual net::task<outcome> send_part(std::span<const std::string_view> pieces,
                                         std::uint64_t left) = 0;
    /// After `send_part`: the answer's head is there.
    virtual bool answered() const = 0;

    /// The answer's head as it came (its `content-encoding` and `transfer-encoding` no longer hold
    /// for what `read` gives, except codings other than gzip and deflate), valid after `send`
    /// succeeded and until the exchange ends.
    virtual const http::response_head& head() const = 0;

    /// The next bytes of the answer's body, framing and content coding (gzip, deflate) taken off;
    /// empty at its end. The view is valid until the next call. At most 64 KiB at once, however
    /// much the coding expands. May be called again after an interruption; nothing is lost.
    virtual net::task<outcome> read(std::string_view& body) = 0;

    /// `read` as far as it needs no waiting: nothing if it would wait.
    virtual std::optional<outcome> read_ready(std::string_view& body) = 0;

    /// The whole body was read.
    virtual bool complete() const = 0;

    /// Whether the connection had served a request before; for the log.
    virtual bool reused() const = 0;
};

/// The keep-alive connections of one worker thread to all its origins.
class pool {
public:
    virtual ~pool() = default;

    /// Prepares an exchange; nothing is sent or connected before `send`.
    virtual std::unique_ptr<exchange> open(std::shared_ptr<const endpoint> to,
                                           net::interruptor& interrupts) = 0;

    /// Connections kept for another request, and all connections. Idle ones are closed after their
    /// time.
    virtual std::size_t idle_connections() const = 0;
    virtual std::size_t open_connections() const = 0;

    /// Closes all idle connections and keeps none from now on.
    virtual void stop() = 0;
};

struct pool_options {
    std::size_t max_idle_per_endpoint = 256;
    std::size_t max_connections = 20000;
    /// Requests that wait for one of an endpoint's `max_connections`.
    std::size_t max_waiting_per_endpoint = 4096;
    std::chrono::seconds idle_time{60};
    std::chrono::seconds connect_timeout{10};
    std::size_t max_head_bytes = 256 * 1024;
};

/// Shared by all workers of a process: name resolution, TLS contexts with their session caches,
/// and the forward-proxy settings.
class shared_services {
public:
    virtual ~shared_services() = default;
    /// The pool must be destroyed before the context of `ex`.
    virtual std::unique_ptr<pool> make_pool(net::executor ex, const pool_options& options) = 0;
};

/// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` (either case), `SSL_CERT_FILE`,
/// `SSL_CERT_DIR` and `REQUESTS_CA_BUNDLE` through `variable`.
std::unique_ptr<shared_services>
make_shared_services(const std::function<std::optional<std::string>(std::string_view)>& variable);

} // namespace llm_proxy::upstream
