#include "llm_proxy/net/event.hpp"
#include "llm_proxy/net/interruptor.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "net/socket_pair.hpp"
#include <array>
#include <memory>

namespace llm_proxy::net {
namespace interruptor_test {

using std::chrono::milliseconds;

class interruptor_test : public testing::Test {
protected:
    test::event_loop loop;
    event never{loop.executor()};
};

TEST_F(interruptor_test, raises_at_the_deadline_and_not_before) {
    loop.run([&](interruptor& stop) -> task<> {
        const auto when = clock::now() + milliseconds(70);
        stop.set_deadline(when);
        const bool notified = co_await never.wait();
        EXPECT_FALSE(notified);
        EXPECT_GE(clock::now(), when);
        EXPECT_EQ(stop.reason(), interrupt::deadline);
    });
}

TEST_F(interruptor_test, the_last_deadline_set_is_the_one_that_holds) {
    loop.run([&](interruptor& stop) -> task<> {
        stop.set_deadline(clock::now(), interrupt::deadline);
        stop.set_deadline(clock::now() + milliseconds(60), interrupt::quiet);
        const bool notified = co_await never.wait();
        EXPECT_FALSE(notified);
        EXPECT_EQ(stop.reason(), interrupt::quiet);
    });
}

TEST_F(interruptor_test, a_cleared_deadline_raises_nothing) {
    event other(loop.executor());
    loop.run_together({[&](interruptor& stop) -> task<> {
                           stop.set_deadline(clock::now());
                           stop.clear_deadline();
                           const bool notified = co_await never.wait();
                           EXPECT_TRUE(notified);
                           EXPECT_FALSE(stop.raised());
                       },
                       [&](interruptor& stop) -> task<> {
                           // Two ticks have passed when this one was woken twice.
                           for (int tick = 0; tick < 2; ++tick) {
                               stop.set_deadline(clock::now());
                               co_await other.wait();
                               stop.clear_deadline();
                               co_await stop.clear();
                           }
                           never.notify();
                       }},
                      [] {});
}

TEST_F(interruptor_test, goes_on_after_quiet_and_deadline_are_cleared) {
    for (const interrupt why : {interrupt::quiet, interrupt::deadline}) {
        loop.run([&, why](interruptor& stop) -> task<> {
            stop.set_deadline(clock::now(), why);
            const bool first = co_await never.wait();
            EXPECT_FALSE(first);
            EXPECT_EQ(stop.reason(), why);
            stop.clear_deadline();
            co_await stop.clear();
            EXPECT_FALSE(stop.raised());
            loop.post([&] { never.notify(); });
            const bool second = co_await never.wait();
            EXPECT_TRUE(second);
        });
    }
}

TEST_F(interruptor_test, a_stronger_reason_wins_and_stays) {
    loop.run([&](interruptor& stop) -> task<> {
        stop.raise(interrupt::client_gone);
        stop.raise(interrupt::quiet);
        EXPECT_EQ(stop.reason(), interrupt::client_gone);
        co_await stop.clear();
        EXPECT_EQ(stop.reason(), interrupt::client_gone);
        stop.raise(interrupt::stopping);
        EXPECT_EQ(stop.reason(), interrupt::stopping);
    });
}

TEST_F(interruptor_test, a_wake_up_that_met_nothing_comes_again) {
    loop.run([&](interruptor& stop) -> task<> {
        stop.raise(interrupt::client_gone);
        const bool first = co_await never.wait();
        EXPECT_FALSE(first);
        const bool second = co_await never.wait();
        EXPECT_FALSE(second);
    });
}

TEST_F(interruptor_test, a_deadline_stays_until_it_is_cleared) {
    loop.run([&](interruptor& stop) -> task<> {
        stop.set_deadline(clock::now());
        const bool first = co_await never.wait();
        EXPECT_FALSE(first);
        const bool second = co_await never.wait();
        EXPECT_FALSE(second);
    });
}

TEST_F(interruptor_test, cancels_a_read_that_then_loses_no_bytes) {
    test::socket_pair both(loop.executor());
    const auto stream = make_tcp_stream(std::move(both.near_end));
    interruptor* current = nullptr;
    std::array<char, 16> into{};
    loop.run_together({[&](interruptor& stop) -> task<> {
                          current = &stop;
                          const io_result cut = co_await stream->read_some(into);
                          EXPECT_EQ(cut.ec, asio::error::operation_aborted);
                          EXPECT_EQ(cut.size, 0U);
                          co_await stop.clear();
                          const io_result got = co_await stream->read_some(into);
                          EXPECT_FALSE(got.ec);
                          EXPECT_EQ(std::string_view(into.data(), got.size), "hello");
                      }},
                      [&] {
                          current->raise(interrupt::quiet);
                          both.send("hello");
                      });
}

TEST_F(interruptor_test, one_that_ends_may_end_the_others_looked_at_with_it) {
    // The list is walked while a wake-up takes members out of it: the next, the former and itself.
    std::array<std::unique_ptr<interruptor>, 3> all;
    int raised = 0;
    for (auto& each : all) {
        each = std::make_unique<interruptor>(loop.dog());
        each->set_deadline(clock::now());
        each->slot().assign([&](asio::cancellation_type) { ++raised; });
    }
    all[1]->slot().assign([&](asio::cancellation_type) {
        ++raised;
        all[0].reset();
        all[2].reset();
    });
    loop.run_until([&] { return all[0] == nullptr; });
    EXPECT_GE(raised, 1);
    EXPECT_LE(raised, 2);
}

TEST_F(interruptor_test, nothing_ticks_where_nobody_is_registered) {
    loop.run([&](interruptor& stop) -> task<> {
        stop.set_deadline(clock::now());
        co_await never.wait();
    });
    loop.run_dry(); // would not return
}

TEST_F(interruptor_test, a_stopped_watchdog_leaves_the_loop_empty) {
    const interruptor registered(loop.dog());
    loop.dog().stop();
    loop.run_dry();
}

} // namespace interruptor_test
} // namespace llm_proxy::net
