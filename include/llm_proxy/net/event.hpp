#pragma once

#include "llm_proxy/net/executor.hpp"

#include <optional>

namespace llm_proxy::net {

/// Lets one coroutine wait until somebody on the same thread notifies it. A notification that
/// comes before the wait is kept. Must outlive the wait.
class event {
public:
    explicit event(executor ex) : executor_(ex) {}
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    /// True once notified, false if the waiting coroutine was interrupted.
    task<bool> wait();
    /// Lets the waiter go on, within this call: whoever notifies must be done with what the waiter
    /// may destroy.
    void notify();
    bool waiting() const { return waiter_.has_value(); }

private:
    using handler = asio::async_result<asio::use_awaitable_t<executor>, void(bool)>::handler_type;

    handler take_waiter();
    void interrupt();

    executor executor_;
    std::optional<handler> waiter_;
    bool notified_ = false;
};

} // namespace llm_proxy::net
