#pragma once

#include "llm_proxy/net/executor.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace llm_proxy::net {

/// Runs what would hold an event loop up, one after the other, on a thread of its own that starts
/// with the first. For all workers.
class background {
public:
    using work = std::function<void()>;

    /// `max_waiting`: more than these are refused.
    explicit background(std::size_t max_waiting = 256);
    /// Waits for what runs; what waits is dropped.
    ~background();
    background(const background&) = delete;
    background& operator=(const background&) = delete;

    /// Called by a coroutine on `ex`. True when `todo`, which must not throw, was run; false if it
    /// was refused, or the coroutine interrupted: then it may still run, so it must own what it
    /// uses.
    task<bool> run(executor ex, work todo);

private:
    struct state;
    struct job;
    class interest;

    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::net
