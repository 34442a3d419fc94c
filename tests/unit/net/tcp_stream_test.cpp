#include "llm_proxy/net/tcp_stream.hpp"

#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "net/socket_pair.hpp"
#include <array>
#include <netinet/tcp.h>
#include <vector>

namespace llm_proxy::net {
namespace tcp_stream_test {

/// Many pieces of different sizes, empty ones at the start, in the middle and at the end.
std::vector<std::string_view> cut(std::string_view text) {
    std::vector<std::string_view> pieces{"", ""};
    for (std::size_t size = 1; !text.empty(); size = size % 7 + 1) {
        pieces.push_back(text.substr(0, size));
        text.remove_prefix(std::min(size, text.size()));
        pieces.emplace_back("");
    }
    return pieces;
}

std::string numbers(std::size_t size) {
    std::string out;
    for (int i = 0; out.size() < size; ++i) {
        out += std::to_string(i) + ' ';
    }
    return out;
}

class tcp_stream_test : public testing::Test {
protected:
    void make_buffers_small() {
        for (tcp_socket* end : {&both.near_end, &both.far_end}) {
            end->set_option(asio::socket_base::send_buffer_size(4096));
            end->set_option(asio::socket_base::receive_buffer_size(4096));
        }
    }
    std::unique_ptr<byte_stream> near_stream() { return make_tcp_stream(std::move(both.near_end)); }

    test::event_loop loop;
    test::socket_pair both{loop.executor()};
};

TEST_F(tcp_stream_test, does_not_wait_to_fill_packets) {
    const int descriptor = both.near_end.native_handle();
    const auto stream = near_stream();
    int on = 0;
    socklen_t size = sizeof on;
    ASSERT_EQ(::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
    EXPECT_NE(on, 0);
}

TEST_F(tcp_stream_test, writes_many_pieces_at_once) {
    const auto stream = near_stream();
    const std::string text = numbers(1000);
    const auto pieces = cut(text);
    ASSERT_GT(pieces.size(), 100U);
    std::size_t written = 7;
    EXPECT_FALSE(stream->try_write(pieces, written));
    EXPECT_EQ(written, text.size());
    EXPECT_EQ(both.receive(text.size()), text);
}

TEST_F(tcp_stream_test, writing_nothing_is_fine) {
    const auto stream = near_stream();
    std::size_t written = 7;
    EXPECT_FALSE(stream->try_write({}, written));
    EXPECT_EQ(written, 0U);
    loop.run([&](interruptor&) -> task<> {
        const std::array<std::string_view, 2> empty{};
        const error_code ec = co_await stream->write(empty);
        EXPECT_FALSE(ec);
    });
    EXPECT_TRUE(make_tcp_stream(std::move(both.far_end))->is_silent());
}

TEST_F(tcp_stream_test, goes_on_where_the_kernel_took_only_a_part) {
    make_buffers_small();
    const auto writer = near_stream();
    const auto reader = make_tcp_stream(std::move(both.far_end));
    const std::string text = numbers(2'000'000);
    const auto pieces = cut(text);
    std::size_t written = 0;
    ASSERT_FALSE(writer->try_write(pieces, written));
    ASSERT_GT(written, 0U);
    ASSERT_LT(written, text.size());
    std::string received;
    loop.run_together({[&](interruptor&) -> task<> {
                           const error_code ec = co_await writer->write_rest(pieces, written);
                           EXPECT_FALSE(ec);
                           writer->shutdown_send();
                       },
                       [&](interruptor&) -> task<> {
                           received = co_await test::read_up_to(*reader, text.size() + 1);
                       }},
                      [] {});
    EXPECT_TRUE(received == text) << received.size() << " of " << text.size();
}

TEST_F(tcp_stream_test, a_write_nobody_reads_can_be_interrupted) {
    make_buffers_small();
    const auto stream = near_stream();
    const std::string text = numbers(4'000'000);
    loop.run([&](interruptor& stop) -> task<> {
        stop.set_deadline(clock::now());
        const std::array<std::string_view, 1> pieces{text};
        const error_code ec = co_await stream->write(pieces);
        EXPECT_EQ(ec, asio::error::operation_aborted);
    });
}

TEST_F(tcp_stream_test, writing_to_a_peer_that_reset_is_an_error) {
    const int descriptor = both.near_end.native_handle();
    const auto stream = near_stream();
    both.reset();
    ASSERT_TRUE(test::wait_readable(descriptor));
    std::size_t written = 0;
    const std::array<std::string_view, 1> pieces{"x"};
    EXPECT_TRUE(stream->try_write(pieces, written));
    EXPECT_EQ(written, 0U);
}

TEST_F(tcp_stream_test, reads_up_to_the_clean_end) {
    const auto stream = near_stream();
    both.send("hello");
    both.end();
    loop.run([&](interruptor&) -> task<> {
        std::array<char, 3> into{};
        const io_result first = co_await stream->read_some(into);
        EXPECT_FALSE(first.ec);
        EXPECT_EQ(std::string_view(into.data(), first.size), "hel");
        const io_result second = co_await stream->read_some(into);
        EXPECT_EQ(std::string_view(into.data(), second.size), "lo");
        const io_result end = co_await stream->read_some(into);
        EXPECT_EQ(end.ec, asio::error::eof);
        EXPECT_EQ(end.size, 0U);
    });
}

TEST_F(tcp_stream_test, is_silent_until_the_peer_says_something) {
    const int descriptor = both.near_end.native_handle();
    const auto stream = near_stream();
    EXPECT_TRUE(stream->is_silent());
    both.send("x");
    ASSERT_TRUE(test::wait_readable(descriptor));
    EXPECT_FALSE(stream->is_silent());
    loop.run([&](interruptor&) -> task<> {
        std::array<char, 8> into{};
        const io_result got = co_await stream->read_some(into);
        EXPECT_EQ(got.size, 1U);
    });
    EXPECT_TRUE(stream->is_silent());
    both.end();
    ASSERT_TRUE(test::wait_readable(descriptor));
    EXPECT_FALSE(stream->is_silent());
}

TEST_F(tcp_stream_test, half_closing_leaves_the_other_direction_open) {
    const auto stream = near_stream();
    stream->shutdown_send();
    boost::system::error_code ec;
    std::array<char, 1> into{};
    EXPECT_EQ(both.far_end.read_some(asio::buffer(into), ec), 0U);
    EXPECT_EQ(ec, asio::error::eof);
    both.send("x");
    loop.run([&](interruptor&) -> task<> {
        const io_result got = co_await stream->read_some(into);
        EXPECT_EQ(got.size, 1U);
    });
}

TEST_F(tcp_stream_test, closing_ends_what_is_under_way) {
    const auto stream = near_stream();
    loop.run_together({[&](interruptor&) -> task<> {
                          std::array<char, 1> into{};
                          const io_result got = co_await stream->read_some(into);
                          EXPECT_EQ(got.ec, asio::error::operation_aborted);
                      }},
                      [&] { stream->close(); });
}

class keeping_handler final : public read_handler {
public:
    void on_read(error_code ec, std::size_t size) override {
        outcome = io_result(ec, size);
        ++calls;
    }
    io_result outcome;
    int calls = 0;
};

TEST_F(tcp_stream_test, a_started_read_tells_its_handler) {
    const auto stream = near_stream();
    const auto handler = std::make_shared<keeping_handler>();
    std::array<char, 8> into{};
    stream->start_read(into, handler);
    both.send("abc");
    loop.run_until([&] { return handler->calls == 1; });
    EXPECT_FALSE(handler->outcome.ec);
    EXPECT_EQ(std::string_view(into.data(), handler->outcome.size), "abc");
    stream->start_read(into, handler);
    stream->close();
    loop.run_until([&] { return handler->calls == 2; });
    EXPECT_EQ(handler->outcome.ec, asio::error::operation_aborted);
    EXPECT_EQ(handler.use_count(), 1);
}

} // namespace tcp_stream_test
} // namespace llm_proxy::net
