#include "llm_proxy/relay/answer_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "net/socket_pair.hpp"
#include "relay/recording_stream.hpp"
#include <array>

namespace llm_proxy::relay {
namespace answer_writer_test {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view type_line = "content-type: application/json\r\n";
constexpr std::array<std::string_view, 3> body{"{\"a\":", "", "1}"};

class answer_writer_test : public testing::Test {
protected:
    /// Calls a body with a writer that respects `framing`.
    using action = std::function<net::task<>(answer_writer&)>;
    void with_writer(const action& what) {
        loop.run([&](net::interruptor& stop) -> net::task<> {
            answer_writer writer(stream, stop);
            writer.begin(framing);
            co_await what(writer);
        });
    }

    test::event_loop loop;
    test::recording_stream stream{loop.executor()};
    answer_writer::framing framing;
};

TEST_F(answer_writer_test, sends_head_and_body_in_one_write) {
    with_writer([&](answer_writer& writer) -> net::task<> {
        EXPECT_EQ(writer.status(), 0);
        const bool sent = co_await writer.send(200, type_line, body);
        EXPECT_TRUE(sent);
        EXPECT_EQ(writer.status(), 200);
        EXPECT_FALSE(writer.started());
        EXPECT_TRUE(writer.keep_alive());
    });
    ASSERT_THAT(stream.writes, SizeIs(1));
    EXPECT_THAT(stream.writes[0], StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(stream.writes[0], HasSubstr("\r\ndate: "));
    EXPECT_THAT(stream.writes[0], HasSubstr("\r\ncontent-type: application/json\r\n"));
    EXPECT_THAT(stream.writes[0], HasSubstr("\r\ncontent-length: 7\r\n"));
    EXPECT_THAT(stream.writes[0], EndsWith("\r\n\r\n{\"a\":1}"));
    EXPECT_THAT(stream.writes[0], Not(HasSubstr("connection:")));
    EXPECT_THAT(stream.writes[0], Not(HasSubstr("transfer-encoding:")));
}

TEST_F(answer_writer_test, writes_the_rest_where_not_all_was_taken) {
    stream.room = 20;
    with_writer([&](answer_writer& writer) -> net::task<> {
        const bool sent = co_await writer.send(200, type_line, body);
        EXPECT_TRUE(sent);
    });
    ASSERT_THAT(stream.writes, SizeIs(2));
    EXPECT_THAT(stream.all(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(stream.all(), EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST_F(answer_writer_test, a_streamed_answer_has_its_head_and_first_bytes_in_one_write) {
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.start(200, type_line, "first");
        EXPECT_TRUE(writer.started());
        EXPECT_EQ(writer.status(), 200);
        co_await writer.write("second, longer than ten");
        co_await writer.write(""); // a chunk of no bytes would end the answer
        co_await writer.finish("last");
    });
    ASSERT_THAT(stream.writes, SizeIs(3));
    EXPECT_THAT(stream.writes[0], HasSubstr("\r\ntransfer-encoding: chunked\r\n"));
    EXPECT_THAT(stream.writes[0], EndsWith("\r\n\r\n5\r\nfirst\r\n"));
    EXPECT_THAT(stream.writes[0], Not(HasSubstr("content-length")));
    EXPECT_EQ(stream.writes[1], "17\r\nsecond, longer than ten\r\n");
    EXPECT_EQ(stream.writes[2], "4\r\nlast\r\n0\r\n\r\n");
}

TEST_F(answer_writer_test, a_streamed_answer_may_be_empty) {
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.start(200, type_line, "");
        co_await writer.finish();
    });
    ASSERT_THAT(stream.writes, SizeIs(2));
    EXPECT_THAT(stream.writes[0], EndsWith("\r\n\r\n"));
    EXPECT_EQ(stream.writes[1], "0\r\n\r\n");
}

TEST_F(answer_writer_test, http_10_gets_no_chunks_and_the_end_is_the_close) {
    framing.http_10 = true;
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.start(200, type_line, "first");
        EXPECT_FALSE(writer.keep_alive());
        co_await writer.write("second");
        co_await writer.finish("last");
    });
    ASSERT_THAT(stream.writes, SizeIs(3));
    EXPECT_THAT(stream.writes[0], HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_THAT(stream.writes[0], Not(HasSubstr("transfer-encoding")));
    EXPECT_THAT(stream.writes[0], EndsWith("\r\n\r\nfirst"));
    EXPECT_EQ(stream.writes[1], "second");
    EXPECT_EQ(stream.writes[2], "last");
}

TEST_F(answer_writer_test, http_10_is_told_that_the_connection_stays) {
    framing.http_10 = true;
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.send(200, type_line, body);
        EXPECT_TRUE(writer.keep_alive());
    });
    EXPECT_THAT(stream.all(), HasSubstr("\r\nconnection: keep-alive\r\n"));
    EXPECT_THAT(stream.all(), HasSubstr("\r\ncontent-length: 7\r\n"));
}

TEST_F(answer_writer_test, an_answer_to_head_has_the_length_but_no_body) {
    framing.head_only = true;
    with_writer(
        [&](answer_writer& writer) -> net::task<> { co_await writer.send(200, type_line, body); });
    EXPECT_THAT(stream.all(), HasSubstr("\r\ncontent-length: 7\r\n"));
    EXPECT_THAT(stream.all(), EndsWith("\r\n\r\n"));
}

TEST_F(answer_writer_test, statuses_without_a_body_have_no_length) {
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.send(204, "", {});
        co_await writer.send(404, "", {});
    });
    ASSERT_THAT(stream.writes, SizeIs(2));
    EXPECT_THAT(stream.writes[0], Not(HasSubstr("content-length")));
    EXPECT_THAT(stream.writes[1], HasSubstr("\r\ncontent-length: 0\r\n"));
}

TEST_F(answer_writer_test, says_when_it_closes_and_adds_the_connections_own_lines) {
    framing.extra_lines = "vary: Origin\r\n";
    with_writer([&](answer_writer& writer) -> net::task<> {
        writer.close_after();
        EXPECT_FALSE(writer.keep_alive());
        co_await writer.send(200, type_line, body);
    });
    EXPECT_THAT(stream.all(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_THAT(stream.all(), HasSubstr("\r\nvary: Origin\r\n"));
}

TEST_F(answer_writer_test, begin_forgets_the_answer_before) {
    with_writer([&](answer_writer& writer) -> net::task<> {
        co_await writer.start(200, type_line, "x");
        writer.close_after();
        co_await writer.finish();
        writer.begin(framing);
        EXPECT_FALSE(writer.started());
        EXPECT_EQ(writer.status(), 0);
        EXPECT_TRUE(writer.keep_alive());
    });
}

TEST_F(answer_writer_test, tells_that_the_client_is_gone) {
    stream.broken = true;
    with_writer([&](answer_writer& writer) -> net::task<> {
        const bool whole = co_await writer.send(200, type_line, body);
        EXPECT_FALSE(whole);
        const bool started = co_await writer.start(200, type_line, "x");
        EXPECT_FALSE(started);
        const bool more = co_await writer.write("x");
        EXPECT_FALSE(more);
        const bool end = co_await writer.finish();
        EXPECT_FALSE(end);
    });
}

TEST_F(answer_writer_test, a_large_answer_reaches_a_client_that_reads_slowly) {
    test::socket_pair both(loop.executor());
    both.near_end.set_option(boost::asio::socket_base::send_buffer_size(4096));
    const auto near_end = net::make_tcp_stream(std::move(both.near_end));
    const auto far_end = net::make_tcp_stream(std::move(both.far_end));
    const std::string large(8'000'000, 'x');
    std::string received;
    loop.run_together({[&](net::interruptor& stop) -> net::task<> {
                           answer_writer writer(*near_end, stop);
                           writer.begin(framing);
                           const std::array<std::string_view, 2> pieces{large, "end"};
                           const bool sent = co_await writer.send(200, type_line, pieces);
                           EXPECT_TRUE(sent);
                           near_end->shutdown_send();
                       },
                       [&](net::interruptor&) -> net::task<> {
                           received = co_await test::read_up_to(*far_end, large.size() * 2);
                       }},
                      [] {});
    EXPECT_GT(received.size(), large.size());
    EXPECT_THAT(received.substr(0, 300), HasSubstr("content-length: 8000003\r\n"));
    EXPECT_TRUE(received.ends_with("xend"));
}

} // namespace answer_writer_test
} // namespace llm_proxy::relay
