#include "llm_proxy/net/event.hpp"

#include <boost/asio/redirect_error.hpp>
#include <gtest/gtest.h>

#include "support/scripted_server.hpp"
#include "upstream/upstream_client.hpp"

namespace llm_proxy::upstream {
namespace send_part_test {

using test::origin_of;
using test::scripted_server;
using test::upstream_client;
using peer = scripted_server::peer;

constexpr std::string_view head = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view refusal = "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n";

/// A request that goes upstream in parts; the argument tells plain from TLS.
class send_part_test : public ::testing::TestWithParam<bool> {
protected:
    /// Runs `what` with an exchange to a server that plays `script`.
    using steps = std::function<net::task<>(exchange&, net::interruptor&)>;
    void run(const scripted_server::script& script, const steps& what) {
        const scripted_server server(script,
                                     GetParam() ? std::optional(certificate_) : std::nullopt);
        const std::string scheme = GetParam() ? "https" : "http";
        config::tls_verify verify;
        verify.enabled = false;
        const auto to = std::make_shared<const endpoint>(
            origin_of(scheme + "://127.0.0.1:" + std::to_string(server.port()), verify));
        for (int i = 0; i < rounds; ++i) {
            client.run([&](net::interruptor& stop) { return with_exchange(to, stop, what); });
        }
        EXPECT_TRUE(server.wait_for_ends(static_cast<std::size_t>(rounds)));
    }

    net::task<> with_exchange(std::shared_ptr<const endpoint> to, net::interruptor& stop,
                              const steps& what) {
        co_await stop.prepare();
        const auto link = client.pool().open(std::move(to), stop);
        co_await what(*link, stop);
    }

    /// Waits like somebody who reads from a client that is silent.
    net::task<> wait(net::interruptor& stop) {
        net::event never(client.executor());
        if (!stop.raised()) {
            co_await never.wait();
        }
    }

    test::test_certificate certificate_ = test::make_certificate("127.0.0.1");
    upstream_client client;
    int rounds = 1;
};

net::task<outcome> send(exchange& link, std::string_view bytes, std::uint64_t left) {
    const std::vector<std::string_view> pieces{bytes};
    outcome sent = co_await link.send_part(pieces, left);
    co_return sent;
}

TEST_P(send_part_test, the_parts_make_one_request) {
    rounds = 2;
    run(
        [&](peer& from) {
            EXPECT_EQ(from.read_bytes(head.size() + 3), std::string(head) + "abc");
            EXPECT_EQ(from.read_bytes(7), "defghij");
            from.send(ok);
        },
        [&](exchange& link, net::interruptor&) -> net::task<> {
            outcome sent = co_await send(link, std::string(head) + "abc", 7);
            EXPECT_TRUE(sent.ok());
            EXPECT_FALSE(link.answered());
            sent = co_await send(link, "defg", 3);
            EXPECT_TRUE(sent.ok());
            EXPECT_FALSE(link.answered());
            sent = co_await send(link, "hij", 0);
            EXPECT_TRUE(sent.ok());
            EXPECT_TRUE(link.answered());
            EXPECT_EQ(link.head().status, 200);
            EXPECT_FALSE(link.reused());
            std::string_view body;
            const outcome got = co_await link.read(body);
            EXPECT_TRUE(got.ok());
            EXPECT_EQ(body, "ok");
            EXPECT_TRUE(link.complete());
        });
    EXPECT_EQ(client.pool().idle_connections(), 2U);
}

TEST_P(send_part_test, an_early_answer_wakes_the_sender) {
    run(
        [&](peer& from) {
            from.read_bytes(head.size() + 3);
            from.send(refusal);
            from.wait_for_close();
        },
        [&](exchange& link, net::interruptor& stop) -> net::task<> {
            outcome got = co_await send(link, std::string(head) + "abc", 7);
            if (!link.answered()) { // a quick peer answers while the first part is sent
                co_await wait(stop);
                EXPECT_EQ(stop.reason(), net::interrupt::answer);
                got = co_await send(link, "defg", 3);
            }
            EXPECT_TRUE(got.ok());
            EXPECT_FALSE(stop.raised());
            EXPECT_TRUE(link.answered());
            EXPECT_EQ(link.head().status, 413);
        });
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST_P(send_part_test, an_early_answer_ends_a_write_that_is_stuck) {
    const std::string large(32UL * 1024 * 1024, 'x');
    run(
        [&](peer& from) {
            from.read_bytes(head.size());
            from.send(refusal);
            from.wait_for_close();
        },
        [&](exchange& link, net::interruptor& stop) -> net::task<> {
            const outcome sent = co_await send(link, head, large.size() + 1);
            EXPECT_TRUE(sent.ok());
            // A quick peer answers while the head is still written, and one that goes on reading
            // may take some parts before its answer is seen.
            constexpr int most_parts = 1000;
            for (int i = 0; i < most_parts && !link.answered(); ++i) {
                const outcome got = co_await send(link, large, 1);
                EXPECT_TRUE(got.ok());
            }
            EXPECT_FALSE(stop.raised());
            EXPECT_EQ(link.head().status, 413);
        });
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST_P(send_part_test, an_interim_head_is_no_answer) {
    run(
        [&](peer& from) {
            from.read_bytes(head.size());
            from.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early");
            from.send(" Hints\r\nLink: x\r\n\r\n");
            EXPECT_EQ(from.read_bytes(10), "abcdefghij");
            from.send(ok);
            from.wait_for_close();
        },
        [&](exchange& link, net::interruptor& stop) -> net::task<> {
            const outcome sent = co_await send(link, head, 10);
            EXPECT_TRUE(sent.ok());
            net::timer pause(client.executor(), std::chrono::milliseconds(20));
            net::error_code ec;
            co_await pause.async_wait(net::asio::redirect_error(net::use_task, ec));
            EXPECT_FALSE(stop.raised());
            EXPECT_FALSE(link.answered());
            const outcome got = co_await send(link, "abcdefghij", 0);
            EXPECT_TRUE(got.ok());
            EXPECT_EQ(link.head().status, 200);
        });
}

TEST_P(send_part_test, a_peer_that_leaves_fails_it) {
    run(
        [&](peer& from) {
            from.read_bytes(head.size());
            from.close();
        },
        [&](exchange& link, net::interruptor& stop) -> net::task<> {
            outcome got = co_await send(link, head, 10);
            if (got.ok()) { // else it left while the first part was sent
                co_await wait(stop);
                got = co_await send(link, "abc", 7);
            }
            EXPECT_EQ(got.why, failure::closed);
            EXPECT_FALSE(link.answered());
        });
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST_P(send_part_test, what_is_dropped_half_way_closes_the_connection) {
    run(
        [&](peer& from) {
            from.read_bytes(head.size());
            from.wait_for_close();
        },
        [&](exchange& link, net::interruptor&) -> net::task<> {
            const outcome sent = co_await send(link, head, 10);
            EXPECT_TRUE(sent.ok());
        });
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST_P(send_part_test, can_be_interrupted) {
    run([&](peer& from) { from.wait_for_close(); },
        [&](exchange& link, net::interruptor& stop) -> net::task<> {
            stop.set_deadline(net::clock::now());
            const outcome sent = co_await send(link, head, 0);
            EXPECT_EQ(sent.why, failure::interrupted);
            EXPECT_EQ(stop.reason(), net::interrupt::deadline);
        });
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(plain_and_tls, send_part_test, ::testing::Bool(),
                         [](const auto& kind) { return kind.param ? "tls" : "plain"; });

} // namespace send_part_test
} // namespace llm_proxy::upstream
