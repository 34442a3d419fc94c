#include <gtest/gtest.h>

#include "support/scripted_server.hpp"
#include "support/silent_address.hpp"
#include "upstream/upstream_client.hpp"
#include <latch>

namespace llm_proxy::upstream {
namespace interrupt_test {

using test::origin_of;
using test::scripted_server;
using test::upstream_answer;
using test::upstream_client;
using peer = scripted_server::peer;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Every wait here would last for ever (or ten seconds, for connecting) if it were not interrupted.
class interrupt_test : public ::testing::Test {
protected:
    endpoint origin(const scripted_server& server, const char* scheme = "http") const {
        return origin_of(std::string(scheme) + "://127.0.0.1:" + std::to_string(server.port()));
    }

    /// Calls; the server raises the interruption through `raise`.
    upstream_answer call(const endpoint& to) {
        upstream_answer answer;
        client.run([&](net::interruptor& stop) {
            current = &stop;
            ready.count_down();
            return client.exchange_once(stop, to, get, answer);
        });
        EXPECT_EQ(client.pool().open_connections(), 0U);
        return answer;
    }

    /// On the server's thread.
    void raise() {
        ready.wait();
        client.post([this] { current->raise(net::interrupt::client_gone); });
    }

    upstream_client client;
    net::interruptor* current = nullptr;
    std::latch ready{1};
};

TEST_F(interrupt_test, while_resolving) {
    std::latch asked(1);
    std::latch release(1);
    std::latch over(1);
    {
        upstream_client slow({}, {}, [&](const std::string&) {
            asked.count_down();
            release.wait();
            over.count_down();
            return resolution();
        });
        upstream_answer answer;
        net::interruptor* stop_now = nullptr;
        std::thread raiser;
        slow.run([&](net::interruptor& stop) {
            stop_now = &stop;
            raiser = std::thread([&] {
                asked.wait();
                slow.post([&] { stop_now->raise(net::interrupt::stopping); });
            });
            return slow.exchange_once(stop, origin_of("http://name.test"), get, answer);
        });
        raiser.join();
        EXPECT_EQ(answer.sent.why, failure::interrupted);
    }
    release.count_down();
    over.wait();
}

TEST_F(interrupt_test, while_connecting) {
    const test::silent_address silent("127.0.0.2", 0);
    upstream_answer answer;
    client.run([&](net::interruptor& stop) -> net::task<> {
        stop.set_deadline(net::clock::now() + std::chrono::milliseconds(100));
        co_await client.exchange_once(
            stop, origin_of("http://127.0.0.2:" + std::to_string(silent.port())), get, answer);
        EXPECT_EQ(stop.reason(), net::interrupt::deadline);
    });
    EXPECT_EQ(answer.sent.why, failure::interrupted);
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST_F(interrupt_test, while_shaking_hands) {
    const scripted_server server([this](peer& link) {
        link.read_bytes(1);
        raise();
        link.wait_for_close();
    });
    EXPECT_EQ(call(origin(server, "https")).sent.why, failure::interrupted);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST_F(interrupt_test, while_sending) {
    std::latch unread(1);
    const scripted_server server([&](peer& link) {
        link.read_bytes(1);
        raise();
        unread.wait();
        link.wait_for_close();
    });
    const std::string huge(64 * 1024 * 1024, 'x');
    upstream_answer answer;
    client.run([&](net::interruptor& stop) {
        current = &stop;
        ready.count_down();
        return client.exchange_once(stop, origin(server), huge, answer);
    });
    unread.count_down();
    EXPECT_EQ(answer.sent.why, failure::interrupted);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST_F(interrupt_test, while_waiting_for_the_head) {
    const scripted_server server([this](peer& link) {
        link.read_request();
        raise();
        link.wait_for_close();
    });
    EXPECT_EQ(call(origin(server)).sent.why, failure::interrupted);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST_F(interrupt_test, while_reading_the_body) {
    const scripted_server server([](peer& link) {
        link.read_request();
        link.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        link.wait_for_close();
    });
    client.run([&](net::interruptor& stop) -> net::task<> {
        co_await stop.prepare();
        const auto exchange =
            client.pool().open(std::make_shared<const endpoint>(origin(server)), stop);
        const std::array<std::string_view, 1> pieces{get};
        outcome result = co_await exchange->send(pieces);
        EXPECT_TRUE(result.ok()) << result.detail;
        std::string body;
        while (body.size() < 5) {
            std::string_view piece;
            result = co_await exchange->read(piece);
            body.append(piece);
        }
        client.post([&] { stop.raise(net::interrupt::client_gone); });
        std::string_view piece;
        result = co_await exchange->read(piece);
        EXPECT_EQ(result.why, failure::interrupted);
    });
    EXPECT_EQ(client.pool().open_connections(), 0U);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST_F(interrupt_test, while_waiting_for_a_connection) {
    std::latch release(1);
    const scripted_server server([&](peer& link) {
        link.read_request();
        release.wait();
        link.send("HTTP/1.1 204 No Content\r\n\r\n");
        link.wait_for_close();
    });
    endpoint one_at_a_time = origin(server);
    one_at_a_time.max_connections = 1;
    upstream_answer first;
    upstream_answer second;
    client.run_together({[&](net::interruptor& stop) {
                             return client.exchange_once(stop, one_at_a_time, get, first);
                         },
                         [&](net::interruptor& stop) -> net::task<> {
                             current = &stop;
                             co_await client.exchange_once(stop, one_at_a_time, get, second);
                             release.count_down();
                         }},
                        [&] { current->raise(net::interrupt::client_gone); });
    EXPECT_EQ(first.status, 204);
    EXPECT_EQ(second.sent.why, failure::interrupted);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(interrupt_test, quiet_times_lose_nothing) {
    std::latch quiet_before_head(1);
    std::latch quiet_in_body(1);
    std::atomic<int> requests = 0;
    const scripted_server server([&](peer& link) {
        while (!link.read_request().empty()) {
            ++requests;
            quiet_before_head.wait();
            link.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            quiet_in_body.wait();
            link.send("world");
        }
    });
    std::string body;
    client.run([&](net::interruptor& stop) -> net::task<> {
        co_await stop.prepare();
        const auto exchange =
            client.pool().open(std::make_shared<const endpoint>(origin(server)), stop);
        const std::array<std::string_view, 1> pieces{get};
        stop.set_deadline(net::clock::now(), net::interrupt::quiet);
        outcome result = co_await exchange->send(pieces);
        EXPECT_EQ(result.why, failure::interrupted);
        stop.clear_deadline();
        co_await stop.clear();
        quiet_before_head.count_down();
        result = co_await exchange->send(pieces);
        EXPECT_TRUE(result.ok()) << result.detail;
        std::string_view piece;
        while (body.size() < 5) {
            result = co_await exchange->read(piece);
            body.append(piece);
        }
        stop.set_deadline(net::clock::now(), net::interrupt::quiet);
        result = co_await exchange->read(piece);
        EXPECT_EQ(result.why, failure::interrupted);
        stop.clear_deadline();
        co_await stop.clear();
        quiet_in_body.count_down();
        while (!exchange->complete()) {
            result = co_await exchange->read(piece);
            EXPECT_TRUE(result.ok()) << result.detail;
            body.append(piece);
        }
    });
    EXPECT_EQ(body, "helloworld");
    EXPECT_EQ(requests, 1);
    EXPECT_EQ(client.pool().idle_connections(), 1U);
}

} // namespace interrupt_test
} // namespace llm_proxy::upstream
