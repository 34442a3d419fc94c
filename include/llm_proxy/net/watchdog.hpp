#pragma once

#include "llm_proxy/net/interruptor.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

namespace llm_proxy::net {

using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor>;

/// Looks every 50 ms at the deadlines of one worker's coroutines. A deadline so costs a store, not
/// a timer; while no coroutine is registered nothing ticks.
class watchdog {
public:
    explicit watchdog(executor ex);

    /// The time of the last tick or update; cheap, up to a tick old.
    static constexpr std::chrono::milliseconds tick{50};

    void stop();

private:
    friend class interruptor;

    void add(interruptor&);
    void remove(interruptor&);
    void schedule();
    void look();

    timer timer_;
    interruptor* first_ = nullptr;
    interruptor* cursor_ = nullptr; // the next to look at, safe against removal
    bool ticking_ = false;
    bool stopped_ = false;
};

} // namespace llm_proxy::net
