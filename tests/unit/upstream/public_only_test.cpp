// Origins that a client named: reached at addresses that were checked, and nowhere else.
#include "llm_proxy/upstream/client.hpp"

#include <gmock/gmock.h>

#include "support/scripted_server.hpp"
#include "upstream/upstream_client.hpp"
#include <atomic>

namespace llm_proxy::upstream {
namespace public_only_test {

using peer = test::scripted_server::peer;
using test::upstream_client;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

endpoint named_by_client(const std::string& host, std::uint16_t port) {
    endpoint to = test::origin_of("http://" + host + ":" + std::to_string(port));
    to.public_only = true;
    return to;
}

resolution addresses(const std::vector<std::string>& texts) {
    std::vector<net::asio::ip::address> list;
    for (const std::string& text : texts) {
        list.push_back(net::asio::ip::make_address(text));
    }
    return resolution(std::move(list));
}

TEST(public_only, a_private_address_is_not_connected_to) {
    const test::scripted_server server([](peer& client) { client.wait_for_close(); });
    upstream_client client({}, {}, [](const std::string& host) {
        return host == "private.test" ? addresses({"127.0.0.1"})
                                      : addresses({"1.1.1.1", "127.0.0.1"});
    });
    for (const std::string host : {"private.test", "half.test", "127.0.0.1", "[::1]"}) {
        const auto answer = client.call(named_by_client(host, server.port()), get);
        EXPECT_EQ(answer.sent.why, failure::resolve) << host;
        EXPECT_THAT(answer.sent.detail, testing::EndsWith(" is no public address"));
    }
    EXPECT_EQ(server.connections(), 0U);
}

TEST(public_only, a_connection_of_others_is_not_taken_over) {
    const test::scripted_server server([](peer& client) {
        while (!client.read_request().empty()) {
            client.send(ok);
        }
    });
    upstream_client client;
    endpoint to = named_by_client("127.0.0.1", server.port());
    to.public_only = false;
    EXPECT_EQ(client.call(to, get).body, "ok");
    EXPECT_EQ(client.pool().idle_connections(), 1U);
    to.public_only = true;
    EXPECT_EQ(client.call(to, get).sent.why, failure::resolve);
}

TEST(public_only, a_name_that_does_not_exist_is_told_apart_in_the_log_alone) {
    upstream_client client({}, {}, [](const std::string&) { return resolution("no such host"); });
    const auto answer = client.call(named_by_client("no.test", 80), get);
    EXPECT_EQ(answer.sent.why, failure::resolve);
    EXPECT_EQ(answer.sent.detail, "no.test: no such host");
}

TEST(public_only, a_forward_proxy_gets_the_address_that_was_checked) {
    std::string request;
    const test::scripted_server proxy([&request](peer& client) {
        request = client.read_request();
        client.send("HTTP/1.1 200 Connection established\r\n\r\n");
        client.read_request();
        client.send(ok);
    });
    std::atomic<int> lookups = 0;
    upstream_client client({}, {{"ALL_PROXY", "http://127.0.0.1:" + std::to_string(proxy.port())}},
                           [&lookups](const std::string&) {
                               return addresses({++lookups == 1 ? "1.1.1.1" : "127.0.0.1"});
                           });
    EXPECT_EQ(client.call(named_by_client("rebinding.test", 8080), get).body, "ok");
    EXPECT_EQ(request, "CONNECT 1.1.1.1:8080 HTTP/1.1\r\nHost: 1.1.1.1:8080\r\n\r\n");
    EXPECT_EQ(lookups, 1);
}

TEST(public_only, a_forward_proxy_is_no_way_round) {
    const test::scripted_server proxy([](peer& client) { client.wait_for_close(); });
    upstream_client client({}, {{"ALL_PROXY", "http://127.0.0.1:" + std::to_string(proxy.port())}},
                           [](const std::string&) { return addresses({"10.0.0.1"}); });
    EXPECT_EQ(client.call(named_by_client("private.test", 80), get).sent.why, failure::resolve);
    EXPECT_EQ(proxy.connections(), 0U);
}

} // namespace public_only_test
} // namespace llm_proxy::upstream
