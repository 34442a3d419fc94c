#include "llm_proxy/net/event.hpp"
#include "llm_proxy/net/input.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "net/socket_pair.hpp"
#include <array>
#include <memory>

namespace llm_proxy::net {
namespace input_test {

class input_test : public testing::Test {
protected:
    /// Calls a body with an input over one end of a connection.
    using body = std::function<task<>(input&, interruptor&)>;
    void with_input(const body& what, std::size_t limit = 4096) {
        loop.run([&, limit](interruptor& stop) -> task<> {
            input in(*stream, stop, limit);
            co_await what(in, stop);
        });
    }

    test::event_loop loop;
    test::socket_pair both{loop.executor()};
    std::unique_ptr<byte_stream> stream = make_tcp_stream(std::move(both.near_end));
    event never{loop.executor()};
};

TEST_F(input_test, fills_takes_and_keeps_what_was_not_consumed) {
    with_input([&](input& in, interruptor&) -> task<> {
        EXPECT_EQ(in.data(), "");
        both.send("one two");
        const error_code first = co_await in.fill();
        EXPECT_FALSE(first);
        EXPECT_EQ(in.data(), "one two");
        in.consume(4);
        EXPECT_EQ(in.data(), "two");
        both.send(" three");
        const error_code second = co_await in.fill();
        EXPECT_FALSE(second);
        EXPECT_EQ(in.data(), "two three");
        in.consume(9);
        EXPECT_EQ(in.data(), "");
    });
}

TEST_F(input_test, read_ahead_collects_pipelined_bytes) {
    with_input([&](input& in, interruptor& stop) -> task<> {
        in.read_ahead();
        both.send("next request");
        // Until the bytes are there the loop is driven by the watchdog's ticks.
        while (in.data().empty()) {
            stop.set_deadline(clock::now(), interrupt::quiet);
            co_await never.wait();
            stop.clear_deadline();
            co_await stop.clear();
        }
        EXPECT_EQ(in.data(), "next request");
        EXPECT_FALSE(stop.raised());
        both.send("!");
        const error_code more = co_await in.fill();
        EXPECT_FALSE(more);
        EXPECT_EQ(in.data(), "next request!");
    });
}

TEST_F(input_test, the_end_while_nobody_waits_tells_that_the_client_is_gone) {
    with_input([&](input& in, interruptor& stop) -> task<> {
        in.read_ahead();
        both.end();
        const bool notified = co_await never.wait();
        EXPECT_FALSE(notified);
        EXPECT_EQ(stop.reason(), interrupt::client_gone);
    });
}

TEST_F(input_test, the_end_after_pipelined_bytes_is_noticed_too) {
    with_input([&](input& in, interruptor& stop) -> task<> {
        in.read_ahead();
        both.send("next request");
        both.end();
        const bool notified = co_await never.wait();
        EXPECT_FALSE(notified);
        EXPECT_EQ(stop.reason(), interrupt::client_gone);
        EXPECT_EQ(in.data(), "next request");
    });
}

TEST_F(input_test, the_end_while_waiting_is_the_end_and_no_interruption) {
    with_input([&](input& in, interruptor& stop) -> task<> {
        both.send("last");
        both.end();
        const error_code first = co_await in.fill();
        EXPECT_FALSE(first);
        EXPECT_EQ(in.data(), "last");
        EXPECT_FALSE(stop.raised());
        const error_code second = co_await in.fill();
        EXPECT_EQ(second, asio::error::eof);
        EXPECT_EQ(in.data(), "last");
        EXPECT_FALSE(stop.raised());
        const error_code third = co_await in.fill();
        EXPECT_EQ(third, asio::error::eof);
    });
}

TEST_F(input_test, holds_no_more_than_its_limit) {
    with_input(
        [&](input& in, interruptor& stop) -> task<> {
            both.send("0123456789abcdefABCD");
            error_code ec;
            while (!ec) {
                ec = co_await in.fill();
            }
            EXPECT_EQ(ec, asio::error::no_buffer_space);
            EXPECT_EQ(in.data(), "0123456789abcdef");
            EXPECT_FALSE(stop.raised());
            in.consume(10);
            while (in.data().size() < 10) {
                ec = co_await in.fill();
                EXPECT_FALSE(ec);
            }
            EXPECT_EQ(in.data(), "abcdefABCD");
        },
        16);
}

TEST_F(input_test, an_interrupted_wait_loses_nothing) {
    with_input([&](input& in, interruptor& stop) -> task<> {
        stop.set_deadline(clock::now(), interrupt::quiet);
        const error_code cut = co_await in.fill();
        EXPECT_EQ(cut, asio::error::operation_aborted);
        EXPECT_EQ(stop.reason(), interrupt::quiet);
        stop.clear_deadline();
        co_await stop.clear();
        both.send("hello");
        const error_code ec = co_await in.fill();
        EXPECT_FALSE(ec);
        EXPECT_EQ(in.data(), "hello");
    });
}

TEST_F(input_test, reads_what_it_holds_first_and_then_the_stream) {
    with_input([&](input& in, interruptor&) -> task<> {
        std::array<char, 4> into{};
        both.send("abcdef");
        const error_code ec = co_await in.fill();
        EXPECT_FALSE(ec);
        const io_result first = co_await in.read(into);
        EXPECT_EQ(std::string_view(into.data(), first.size), "abcd");
        const io_result second = co_await in.read(into);
        EXPECT_EQ(std::string_view(into.data(), second.size), "ef");
        both.send("gh");
        const io_result third = co_await in.read(into);
        EXPECT_EQ(std::string_view(into.data(), third.size), "gh");
        EXPECT_EQ(in.data(), "");
        both.end();
        const io_result last = co_await in.read(into);
        EXPECT_EQ(last.ec, asio::error::eof);
        EXPECT_EQ(last.size, 0U);
    });
}

TEST_F(input_test, closing_the_stream_wakes_who_waits) {
    with_input([&](input& in, interruptor&) -> task<> {
        loop.post([&] { stream->close(); });
        const error_code ec = co_await in.fill();
        EXPECT_TRUE(ec);
        EXPECT_EQ(in.data(), "");
    });
}

TEST_F(input_test, may_be_destroyed_with_a_read_under_way) {
    with_input([&](input& in, interruptor&) -> task<> {
        in.read_ahead();
        co_return;
    });
    both.send("late");
    stream->close();
    loop.run_dry();
}

TEST_F(input_test, works_on_after_its_memory_was_given_back) {
    with_input([&](input& in, interruptor&) -> task<> {
        in.shrink();
        for (const std::string_view text : {"first", "second"}) {
            both.send(text);
            const error_code ec = co_await in.fill();
            EXPECT_FALSE(ec);
            in.shrink(); // holds bytes: nothing may be lost
            EXPECT_EQ(in.data(), text);
            in.consume(text.size());
            in.shrink();
            EXPECT_EQ(in.data(), "");
        }
    });
}

} // namespace input_test
} // namespace llm_proxy::net
