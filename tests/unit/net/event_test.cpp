#include "llm_proxy/net/event.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"

namespace llm_proxy::net {
namespace event_test {

TEST(event_test, wakes_the_waiter) {
    test::event_loop loop;
    event awaited(loop.executor());
    int woken = 0;
    loop.run_together({[&](interruptor&) -> task<> {
                          const bool notified = co_await awaited.wait();
                          EXPECT_TRUE(notified);
                          ++woken;
                      }},
                      [&] {
                          EXPECT_TRUE(awaited.waiting());
                          awaited.notify();
                          EXPECT_FALSE(awaited.waiting());
                      });
    EXPECT_EQ(woken, 1);
}

TEST(event_test, keeps_one_notification_for_the_next_wait) {
    test::event_loop loop;
    event awaited(loop.executor());
    awaited.notify();
    awaited.notify();
    int passed = 0;
    loop.run_together({[&](interruptor&) -> task<> {
                          const bool kept = co_await awaited.wait();
                          EXPECT_TRUE(kept);
                          ++passed;
                          const bool notified = co_await awaited.wait();
                          EXPECT_TRUE(notified);
                          ++passed;
                      }},
                      [&] {
                          EXPECT_EQ(passed, 1);
                          EXPECT_TRUE(awaited.waiting());
                          awaited.notify();
                      });
    EXPECT_EQ(passed, 2);
}

TEST(event_test, is_interrupted_and_can_be_awaited_again) {
    test::event_loop loop;
    event awaited(loop.executor());
    interruptor* current = nullptr;
    loop.run_together({[&](interruptor& stop) -> task<> {
                          current = &stop;
                          const bool first = co_await awaited.wait();
                          EXPECT_FALSE(first);
                          EXPECT_FALSE(awaited.waiting());
                          co_await stop.clear();
                          loop.post([&] { awaited.notify(); });
                          const bool second = co_await awaited.wait();
                          EXPECT_TRUE(second);
                      }},
                      [&] { current->raise(interrupt::quiet); });
}

TEST(event_test, a_notification_and_an_interruption_at_once_wake_once) {
    test::event_loop loop;
    event awaited(loop.executor());
    interruptor* current = nullptr;
    int woken = 0;
    loop.run_together({[&](interruptor& stop) -> task<> {
                          current = &stop;
                          const bool notified = co_await awaited.wait();
                          EXPECT_TRUE(notified);
                          ++woken;
                      }},
                      [&] {
                          awaited.notify();
                          current->raise(interrupt::quiet);
                      });
    EXPECT_EQ(woken, 1);
}

} // namespace event_test
} // namespace llm_proxy::net
