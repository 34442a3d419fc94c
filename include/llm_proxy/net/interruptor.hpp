#pragma once

#include "llm_proxy/net/executor.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>

namespace llm_proxy::net {

/// Why a waiting coroutine was woken before its operation ended.
enum class interrupt : std::uint8_t {
    none,
    quiet,       ///< nothing came for a while; the operation may be started again
    answer,      ///< the upstream answered before its request was whole
    deadline,    ///< its time is over
    client_gone, ///< the client closed its connection
    stopping,    ///< the daemon ends
};

class watchdog;

/// Interrupts one coroutine: whatever it awaits ends with `operation_aborted`, and `reason()` says
/// why. The coroutine must have been spawned with `slot()` bound and have called
/// `prepare()` once. All on one thread.
class interruptor {
public:
    explicit interruptor(watchdog& dog);
    ~interruptor();
    interruptor(const interruptor&) = delete;
    interruptor& operator=(const interruptor&) = delete;

    asio::cancellation_slot slot() { return signal_.slot(); }

    /// Once at the start of the coroutine: cancelled operations return instead of throwing.
    task<> prepare();

    /// Wakes the coroutine. A stronger reason replaces a weaker one, never the reverse.
    void raise(interrupt why);
    interrupt reason() const { return reason_; }
    bool raised() const { return reason_ != interrupt::none; }

    /// Forgets a `quiet`, `answer` or `deadline`, so that the coroutine can go on.
    task<> clear();

    /// Raises `why` at `when`, within a tick of the watchdog (50 ms). Replaces the one set before.
    void set_deadline(clock::time_point when, interrupt why = interrupt::deadline);
    void clear_deadline() { deadline_ = clock::time_point::max(); }

private:
    friend class watchdog;

    watchdog& dog_;
    asio::cancellation_signal signal_;
    clock::time_point deadline_ = clock::time_point::max();
    interrupt deadline_reason_ = interrupt::deadline;
    interrupt reason_ = interrupt::none;
    interruptor* next_ = nullptr;
    interruptor* previous_ = nullptr;
};

} // namespace llm_proxy::net
