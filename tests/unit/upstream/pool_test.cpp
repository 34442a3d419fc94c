#include <gtest/gtest.h>

#include "support/scripted_server.hpp"
#include "support/silent_address.hpp"
#include "upstream/upstream_client.hpp"
#include <functional>
#include <latch>

namespace llm_proxy::upstream {
namespace pool_test {

using test::origin_of;
using test::scripted_server;
using test::upstream_answer;
using test::upstream_client;
using peer = scripted_server::peer;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void answer_all(peer& client) {
    while (!client.read_request().empty()) {
        client.send(ok);
    }
}

endpoint origin(const scripted_server& server) {
    return origin_of("http://127.0.0.1:" + std::to_string(server.port()));
}

TEST(pool_test, closes_idle_connections_after_their_time) {
    const scripted_server server(answer_all);
    pool_options options;
    options.idle_time = std::chrono::seconds(1);
    upstream_client client(options);
    client.call(origin(server), get);
    EXPECT_EQ(client.pool().idle_connections(), 1U);
    client.run_until([&] { return client.pool().idle_connections() == 0; });
    EXPECT_EQ(client.pool().open_connections(), 0U);
    EXPECT_TRUE(server.wait_for_ends(1));
}

TEST(pool_test, keeps_nothing_once_stopped) {
    const scripted_server server(answer_all);
    upstream_client client;
    client.call(origin(server), get);
    client.pool().stop();
    EXPECT_EQ(client.pool().open_connections(), 0U);
    EXPECT_TRUE(server.wait_for_ends(1));
    EXPECT_EQ(client.call(origin(server), get).body, "ok");
    EXPECT_EQ(client.pool().open_connections(), 0U);
    EXPECT_TRUE(server.wait_for_ends(2));
}

TEST(pool_test, lets_requests_wait_for_a_connection_in_turn) {
    const scripted_server server(answer_all);
    upstream_client client;
    endpoint one_at_a_time = origin(server);
    one_at_a_time.max_connections = 1;
    std::vector<int> order;
    std::vector<upstream_client::action> calls;
    for (int i = 0; i < 5; ++i) {
        calls.emplace_back([&, i](net::interruptor& stop) -> net::task<> {
            upstream_answer answer;
            co_await client.exchange_once(stop, one_at_a_time, get, answer);
            EXPECT_EQ(answer.body, "ok");
            order.push_back(i);
        });
    }
    client.run_together(calls, [] {});
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(server.connections(), 1U);
}

TEST(pool_test, hands_on_the_slot_of_a_failed_connection) {
    const scripted_server server([](peer& client) {
        client.read_request();
        if (client.number() == 0) {
            client.reset();
        } else {
            client.send(ok);
            client.wait_for_close();
        }
    });
    upstream_client client;
    endpoint one_at_a_time = origin(server);
    one_at_a_time.max_connections = 1;
    upstream_answer first;
    upstream_answer second;
    client.run_together({[&](net::interruptor& stop) {
                             return client.exchange_once(stop, one_at_a_time, get, first);
                         },
                         [&](net::interruptor& stop) {
                             return client.exchange_once(stop, one_at_a_time, get, second);
                         }},
                        [] {});
    EXPECT_EQ(first.sent.why, failure::closed);
    EXPECT_EQ(second.body, "ok");
}

TEST(pool_test, bounds_the_waiting_line) {
    std::latch release(1);
    const scripted_server server([&](peer& client) {
        client.read_request();
        release.wait();
        client.send(ok);
    });
    pool_options options;
    options.max_waiting_per_endpoint = 0;
    upstream_client client(options);
    endpoint one_at_a_time = origin(server);
    one_at_a_time.max_connections = 1;
    upstream_answer first;
    upstream_answer second;
    client.run_together({[&](net::interruptor& stop) {
                             return client.exchange_once(stop, one_at_a_time, get, first);
                         },
                         [&](net::interruptor& stop) {
                             return client.exchange_once(stop, one_at_a_time, get, second);
                         }},
                        [&] { release.count_down(); });
    EXPECT_EQ(first.body, "ok");
    EXPECT_EQ(second.sent.why, failure::exhausted);
}

TEST(pool_test, makes_room_among_the_idle_connections_of_all_origins) {
    const scripted_server a(answer_all);
    const scripted_server b(answer_all);
    pool_options options;
    options.max_connections = 1;
    upstream_client client(options);
    EXPECT_EQ(client.call(origin(a), get).body, "ok");
    EXPECT_EQ(client.call(origin(b), get).body, "ok");
    EXPECT_TRUE(a.wait_for_ends(1));
    EXPECT_EQ(client.pool().open_connections(), 1U);
}

TEST(pool_test, connects_beside_a_silent_address) {
    const scripted_server server(answer_all);
    const test::silent_address silent("127.0.0.2", server.port());
    upstream_client client({}, {}, [](const std::string&) {
        return resolution(std::vector{net::asio::ip::make_address("127.0.0.2"),
                                      net::asio::ip::make_address("127.0.0.1")});
    });
    const auto answer =
        client.call(origin_of("http://name.test:" + std::to_string(server.port())), get);
    EXPECT_EQ(answer.body, "ok");
}

TEST(pool_test, gives_connecting_up_after_its_time) {
    const test::silent_address silent("127.0.0.2", 0);
    pool_options options;
    options.connect_timeout = std::chrono::seconds(1);
    upstream_client client(options);
    const auto name = "127.0.0.2:" + std::to_string(silent.port());
    const auto answer = client.call(origin_of("http://" + name), get);
    EXPECT_EQ(answer.sent.why, failure::connect);
    EXPECT_EQ(answer.sent.detail, name + ": connecting took longer than 1000 ms");
}

TEST(pool_test, an_endpoint_may_give_up_sooner) {
    const test::silent_address silent("127.0.0.2", 0);
    upstream_client client;
    const auto name = "127.0.0.2:" + std::to_string(silent.port());
    auto to = origin_of("http://" + name);
    to.connect_timeout = std::chrono::milliseconds(300);
    const auto answer = client.call(to, get);
    EXPECT_EQ(answer.sent.why, failure::connect);
    EXPECT_EQ(answer.sent.detail, name + ": connecting took longer than 300 ms");
}

/// A proxy that tunnels to whatever port the CONNECT names, and remembers its requests.
class tunnel_proxy {
public:
    scripted_server server{[this](peer& client) {
        request = client.read_request();
        const std::size_t colon = request.find(':');
        client.send("HTTP/1.1 200 Connection established\r\n\r\n");
        client.relay_to(static_cast<std::uint16_t>(std::stoi(request.substr(colon + 1))));
    }};
    std::string request;
};

TEST(pool_test, reaches_origins_through_a_forward_proxy) {
    const scripted_server server(answer_all);
    tunnel_proxy proxy;
    upstream_client client(
        {}, {{"ALL_PROXY", "http://u:p@127.0.0.1:" + std::to_string(proxy.server.port())}});
    const std::string authority = "name.test:" + std::to_string(server.port());
    EXPECT_EQ(client.call(origin_of("http://" + authority), get).body, "ok");
    EXPECT_EQ(proxy.request, "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority +
                                 "\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
    EXPECT_EQ(client.call(origin_of("http://" + authority), get).body, "ok");
    EXPECT_EQ(proxy.server.connections(), 1U);
}

TEST(pool_test, reaches_tls_origins_through_a_forward_proxy) {
    const auto certificate = test::make_certificate("name.test");
    const test::temporary_file authority(certificate.certificate);
    const scripted_server server(answer_all, certificate);
    tunnel_proxy proxy;
    upstream_client client({},
                           {{"HTTPS_PROXY", "127.0.0.1:" + std::to_string(proxy.server.port())}});
    config::tls_verify verify;
    verify.ca_file = authority.path();
    const auto to = origin_of("https://name.test:" + std::to_string(server.port()), verify);
    const auto answer = client.call(to, get);
    EXPECT_EQ(answer.body, "ok") << answer.sent.detail;
}

TEST(pool_test, tells_when_the_forward_proxy_refuses) {
    const scripted_server proxy([](peer& client) {
        client.read_request();
        client.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        client.wait_for_close();
    });
    upstream_client client({}, {{"HTTPS_PROXY", "127.0.0.1:" + std::to_string(proxy.port())}});
    const auto answer = client.call(origin_of("https://name.test"), get);
    EXPECT_EQ(answer.sent.why, failure::proxy);
    EXPECT_EQ(answer.sent.detail, "the forward proxy refused the tunnel with 407");

    upstream_client socks({}, {{"ALL_PROXY", "socks5://127.0.0.1"}});
    EXPECT_EQ(socks.call(origin_of("http://name.test"), get).sent.why, failure::proxy);
}

} // namespace pool_test
} // namespace llm_proxy::upstream
