#include "llm_proxy/net/background.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include <atomic>
#include <future>
#include <thread>

namespace llm_proxy::net {
namespace background_test {

TEST(background, runs_work_on_a_thread_of_its_own) {
    test::event_loop loop;
    background apart;
    std::thread::id where;
    bool done = false;
    loop.run([&](interruptor&) -> task<> {
        background::work todo = [&where] { where = std::this_thread::get_id(); };
        done = co_await apart.run(loop.executor(), std::move(todo));
        EXPECT_NE(std::this_thread::get_id(), where);
    });
    EXPECT_TRUE(done);
    EXPECT_NE(where, std::thread::id());
}

TEST(background, refuses_more_than_may_wait) {
    test::event_loop loop;
    background apart(1);
    std::promise<void> running;
    std::promise<void> go_on;
    int done = 0;
    const auto hold = [&](interruptor&) -> task<> {
        background::work todo = [&] {
            running.set_value();
            go_on.get_future().wait();
        };
        const bool ran = co_await apart.run(loop.executor(), std::move(todo));
        done += ran ? 1 : 0;
    };
    const auto wait_in_line = [&](interruptor&) -> task<> {
        running.get_future().wait();
        background::work todo = [] {};
        const bool ran = co_await apart.run(loop.executor(), std::move(todo));
        done += ran ? 1 : 0;
    };
    const auto come_too_late = [&](interruptor&) -> task<> {
        background::work todo = [] { ADD_FAILURE(); };
        const bool ran = co_await apart.run(loop.executor(), std::move(todo));
        EXPECT_FALSE(ran);
        go_on.set_value();
    };
    loop.run_together({hold, wait_in_line, come_too_late}, [] {});
    EXPECT_EQ(done, 2);
}

TEST(background, an_interrupted_coroutine_does_not_wait) {
    test::event_loop loop;
    std::promise<void> go_on;
    std::atomic<bool> ran = false;
    background apart;
    loop.run([&](interruptor& stop) -> task<> {
        loop.post([&stop] { stop.raise(interrupt::client_gone); });
        background::work todo = [&] {
            go_on.get_future().wait();
            ran = true;
        };
        const bool done = co_await apart.run(loop.executor(), std::move(todo));
        EXPECT_FALSE(done);
        EXPECT_FALSE(ran);
    });
    go_on.set_value();
}

} // namespace background_test
} // namespace llm_proxy::net
