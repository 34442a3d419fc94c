#include <gtest/gtest.h>

#include "support/compress.hpp"
#include "support/scripted_server.hpp"
#include "upstream/upstream_client.hpp"
#include <atomic>

namespace llm_proxy::upstream {
namespace exchange_test {

using test::origin_of;
using test::scripted_server;
using test::upstream_client;
using peer = scripted_server::peer;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

endpoint origin(const scripted_server& server) {
    return origin_of("http://127.0.0.1:" + std::to_string(server.port()));
}

/// Answers every request alike, over and over.
scripted_server::script always(std::string answer) {
    return [answer = std::move(answer)](peer& client) {
        while (!client.read_request().empty()) {
            client.send(answer);
        }
    };
}

/// The body that comes of an answer which is sent byte by byte, and after which the server closes.
test::upstream_answer answer_of(const std::string& bytes) {
    const scripted_server server([&](peer& client) {
        client.read_request();
        client.send(bytes);
        client.close();
    });
    upstream_client client;
    return client.call(origin(server), get);
}

TEST(exchange_test, sends_the_pieces_and_reuses_the_connection) {
    std::string received;
    const scripted_server server([&](peer& client) {
        received = client.read_request();
        client.send(ok);
        client.read_request();
        client.send(ok);
    });
    upstream_client client;
    const auto first = client.call(origin(server),
                                   "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "ok");
    EXPECT_FALSE(first.reused);
    EXPECT_EQ(received, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.pool().idle_connections(), 1U);
    const auto second = client.call(origin(server), get);
    EXPECT_EQ(second.body, "ok");
    EXPECT_TRUE(second.reused);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(exchange_test, sends_what_does_not_fit_at_once) {
    const std::string large(8 * 1024 * 1024, 'x');
    std::size_t received = 0;
    const scripted_server server([&](peer& client) {
        received = client.read_request().size();
        client.send(ok);
    });
    upstream_client client;
    const std::string request =
        "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large;
    EXPECT_EQ(client.call(origin(server), request).body, "ok");
    EXPECT_EQ(received, request.size());
}

TEST(exchange_test, reads_every_kind_of_body) {
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").body, "hello");
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\n\r\nuntil close").body, "until close");
    const auto chunked = answer_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
    EXPECT_TRUE(chunked.received.ok());
    EXPECT_EQ(chunked.body, "hello world");
    const auto none = answer_of("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(none.status, 204);
    EXPECT_EQ(none.body, "");
}

TEST(exchange_test, reads_large_bodies_in_bounded_pieces) {
    const std::string large(3 * 1024 * 1024 + 17, 'y');
    const scripted_server server(always(
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large));
    upstream_client client;
    const auto answer = client.call(origin(server), get);
    EXPECT_EQ(answer.body, large);
    EXPECT_LE(answer.largest_piece, 64U * 1024U);
    EXPECT_EQ(client.pool().idle_connections(), 1U);
}

TEST(exchange_test, reads_heads_larger_than_its_first_buffer) {
    const std::string large(20'000, 'v');
    const auto answer =
        answer_of("HTTP/1.1 200 OK\r\nX: " + large + "\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(answer.body, "hello");
}

TEST(exchange_test, bounds_the_head) {
    const scripted_server server(
        always("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'v') + "\r\n\r\n"));
    pool_options options;
    options.max_head_bytes = 32 * 1024;
    upstream_client client(options);
    EXPECT_EQ(client.call(origin(server), get).sent.why, failure::too_large);
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

TEST(exchange_test, skips_interim_answers) {
    const auto answer = answer_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                                  "Link: <x>\r\n\r\n" +
                                  std::string(ok));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok");
    EXPECT_EQ(answer_of("HTTP/1.1 101 Switching Protocols\r\n\r\n").sent.why, failure::malformed);
}

TEST(exchange_test, expects_no_body_after_head_requests) {
    const scripted_server server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    upstream_client client;
    const auto answer = client.call(origin(server), "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(client.pool().idle_connections(), 1U);
}

TEST(exchange_test, takes_the_content_coding_off) {
    std::string text;
    for (int i = 0; i < 50'000; ++i) {
        text += std::to_string(i);
    }
    for (const auto& [name, window] :
         {std::pair("gzip", test::gzip), {"deflate", test::zlib}, {"Deflate", test::raw}}) {
        const std::string coded = test::compress(text, window);
        const std::string head = std::string("HTTP/1.1 200 OK\r\nContent-Encoding: ") + name +
                                 "\r\nContent-Length: " + std::to_string(coded.size()) + "\r\n\r\n";
        const scripted_server server(always(head + coded));
        upstream_client client;
        const auto answer = client.call(origin(server), get);
        EXPECT_TRUE(answer.received.ok()) << answer.received.detail;
        EXPECT_EQ(answer.body, text) << name;
        EXPECT_EQ(client.pool().idle_connections(), 1U);
    }
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nas it is").body,
              "as it is");
}

TEST(exchange_test, gives_a_bomb_out_in_bounded_pieces) {
    const std::string bomb = test::compress(std::string(20 * 1024 * 1024, 'x'), test::gzip);
    const auto answer = answer_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb);
    EXPECT_EQ(answer.body.size(), 20U * 1024U * 1024U);
    EXPECT_LE(answer.largest_piece, 64U * 1024U);
}

TEST(exchange_test, tells_broken_answers) {
    EXPECT_EQ(answer_of("SSH-2.0-x\r\n\r\n").sent.why, failure::malformed);
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Le").sent.why, failure::closed);
    EXPECT_EQ(answer_of("").sent.why, failure::closed);
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").received.why,
              failure::closed);
    EXPECT_EQ(
        answer_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").received.why,
        failure::closed);
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").received.why,
              failure::malformed);
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain").received.why,
              failure::malformed);
    const std::string coded = test::compress("some text", test::gzip);
    EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" +
                        coded.substr(0, coded.size() - 4))
                  .received.why,
              failure::malformed);
}

TEST(exchange_test, keeps_only_connections_in_order) {
    for (const char* answer :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
          "HTTP/1.1 204 No Content\r\n\r\nmore"}) {
        const scripted_server server(always(answer));
        upstream_client client;
        EXPECT_TRUE(client.call(origin(server), get).sent.ok());
        EXPECT_EQ(client.pool().open_connections(), 0U) << answer;
        EXPECT_TRUE(server.wait_for_ends(1));
    }
}

TEST(exchange_test, closes_a_connection_whose_answer_was_not_read) {
    const scripted_server server(always("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"));
    upstream_client client;
    client.run([&](net::interruptor& stop) -> net::task<> {
        co_await stop.prepare();
        const auto exchange =
            client.pool().open(std::make_shared<const endpoint>(origin(server)), stop);
        const std::array<std::string_view, 1> pieces{get};
        const outcome sent = co_await exchange->send(pieces);
        EXPECT_TRUE(sent.ok());
        EXPECT_FALSE(exchange->complete());
    });
    EXPECT_TRUE(server.wait_for_ends(1));
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

/// Serves one request per connection, then closes without saying so; counts the requests.
class one_shot_server {
public:
    std::atomic<int> requests = 0;
    scripted_server server{[this](peer& client) {
        client.read_request();
        ++requests;
        client.send(ok);
        if (client.number() == 0) {
            client.read_request(); // the next request arrives, but is not answered
            ++requests;
            client.reset();
        } else {
            client.wait_for_close();
        }
    }};
};

TEST(exchange_test, resends_once_when_a_kept_connection_was_stale) {
    one_shot_server stale;
    upstream_client client;
    EXPECT_EQ(client.call(origin(stale.server), get).body, "ok");
    const auto second = client.call(origin(stale.server), get);
    EXPECT_TRUE(second.sent.ok()) << second.sent.detail;
    EXPECT_EQ(second.body, "ok");
    EXPECT_FALSE(second.reused);
    EXPECT_EQ(stale.server.connections(), 2U);
    EXPECT_EQ(stale.requests, 3);
}

TEST(exchange_test, resends_on_a_new_connection_and_never_twice) {
    std::atomic<int> requests = 0;
    const scripted_server server([&](peer& client) {
        client.read_request();
        ++requests;
        if (client.number() < 2) {
            client.send(ok);
            client.read_request();
            ++requests;
        }
        client.reset();
    });
    upstream_client client;
    // Two kept connections, both about to die: the resend must not try the second of them.
    client.run_together({[&](net::interruptor& stop) -> net::task<> {
                             test::upstream_answer answer;
                             co_await client.exchange_once(stop, origin(server), get, answer);
                         },
                         [&](net::interruptor& stop) -> net::task<> {
                             test::upstream_answer answer;
                             co_await client.exchange_once(stop, origin(server), get, answer);
                         }},
                        [] {});
    ASSERT_EQ(client.pool().idle_connections(), 2U);
    EXPECT_EQ(client.call(origin(server), get).sent.why, failure::closed);
    EXPECT_EQ(server.connections(), 3U);
    EXPECT_EQ(requests, 4);
}

TEST(exchange_test, does_not_resend_after_the_first_byte) {
    std::atomic<int> requests = 0;
    const scripted_server server([&](peer& client) {
        client.read_request();
        ++requests;
        client.send(ok);
        client.read_request();
        ++requests;
        client.send("H");
        client.close();
    });
    upstream_client client;
    client.call(origin(server), get);
    const auto answer = client.call(origin(server), get);
    EXPECT_EQ(answer.sent.why, failure::closed);
    EXPECT_TRUE(answer.reused);
    EXPECT_EQ(requests, 2);
}

TEST(exchange_test, does_not_resend_on_a_new_connection) {
    std::atomic<int> requests = 0;
    const scripted_server server([&](peer& client) {
        client.read_request();
        ++requests;
        client.reset();
    });
    upstream_client client;
    EXPECT_EQ(client.call(origin(server), get).sent.why, failure::closed);
    EXPECT_EQ(requests, 1);
}

TEST(exchange_test, reads_an_early_refusal) {
    const scripted_server server([&](peer& client) {
        client.read_bytes(100);
        client.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
        client.wait_for_close();
    });
    upstream_client client;
    const std::string request =
        "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n" + std::string(100, 'x');
    const auto answer = client.call(origin(server), request);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.body, "no");
}

TEST(exchange_test, tells_why_there_is_no_connection) {
    upstream_client client(
        {}, {}, [](const std::string&) { return resolution(std::string("no such name")); });
    const auto unknown = client.call(origin_of("http://unknown.test"), get);
    EXPECT_EQ(unknown.sent.why, failure::resolve);
    EXPECT_EQ(unknown.sent.detail, "unknown.test: no such name");

    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor closed(io);
    closed.open(boost::asio::ip::tcp::v4());
    closed.bind({boost::asio::ip::address_v4::loopback(), 0}); // but does not listen
    const auto port = std::to_string(closed.local_endpoint().port());
    const auto refused = client.call(origin_of("http://127.0.0.1:" + port), get);
    EXPECT_EQ(refused.sent.why, failure::connect);
    EXPECT_EQ(refused.sent.detail, "127.0.0.1: 127.0.0.1:" + port + ": Connection refused");
    EXPECT_EQ(client.pool().open_connections(), 0U);
}

} // namespace exchange_test
} // namespace llm_proxy::upstream
