#pragma once

#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <functional>
#include <list>
#include <stdexcept>
#include <vector>

namespace llm_proxy::test {

/// One worker's event loop, which runs only inside the calls below.
class event_loop {
public:
    event_loop() : dog_(io_.get_executor()) {}

    /// Runs a coroutine to its end.
    using action = std::function<net::task<>(net::interruptor&)>;
    void run(const action& what) {
        run_together({what}, [] {});
    }
    /// Starts several, calls `then` when all of them wait, and runs them to their end.
    void run_together(const std::vector<action>& all, const std::function<void()>& then);
    /// Runs until the condition holds; throws after half a minute.
    void run_until(const std::function<bool()>& condition);
    /// Runs until nothing is left that could happen.
    void run_dry() {
        io_.restart();
        io_.run();
    }

    net::executor executor() { return io_.get_executor(); }
    net::watchdog& dog() { return dog_; }
    /// From any thread: runs it on the loop.
    void post(std::function<void()> what) { boost::asio::post(io_, std::move(what)); }

private:
    static net::task<> prepared(const action& what, net::interruptor& stop) {
        co_await stop.prepare();
        co_await what(stop);
    }

    boost::asio::io_context io_;
    net::watchdog dog_;
};

inline void event_loop::run_together(const std::vector<action>& all,
                                     const std::function<void()>& then) {
    std::size_t left = all.size();
    std::exception_ptr thrown;
    std::list<net::interruptor> stops;
    for (const action& each : all) {
        net::interruptor& stop = stops.emplace_back(dog_);
        boost::asio::co_spawn(
            io_, prepared(each, stop),
            boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) {
                thrown = e ? e : thrown;
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

inline void event_loop::run_until(const std::function<bool()>& condition) {
    const auto end = net::clock::now() + std::chrono::seconds(30);
    io_.restart();
    while (!condition()) {
        if (io_.run_one_until(end) == 0) {
            throw std::runtime_error("the event loop waits in vain");
        }
    }
}

} // namespace llm_proxy::test
