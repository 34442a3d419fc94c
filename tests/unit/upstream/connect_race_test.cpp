#include "llm_proxy/upstream/connect_race.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "support/silent_address.hpp"
#include "upstream/upstream_client.hpp"

namespace llm_proxy::upstream {
namespace connect_race_test {

using net::asio::ip::make_address;
using net::asio::ip::tcp;

class connect_race_test : public ::testing::Test {
protected:
    /// Connects to the addresses on the port of the listener at 127.0.0.1.
    connected race(std::vector<const char*> addresses) {
        std::vector<tcp::endpoint> places;
        for (const char* address : addresses) {
            places.emplace_back(make_address(address), listener.local_endpoint().port());
        }
        connected result;
        client.run([&](net::interruptor& stop) -> net::task<> {
            co_await stop.prepare();
            result = co_await connect_first(client.executor(), places);
        });
        return result;
    }

    net::asio::io_context io;
    tcp::acceptor listener{io, tcp::endpoint(make_address("127.0.0.1"), 0)};
    test::upstream_client client;
};

TEST_F(connect_race_test, goes_on_at_once_when_an_address_refuses) {
    const auto begin = net::clock::now();
    const auto result = race({"127.0.0.3", "127.0.0.4", "127.0.0.1"});
    ASSERT_TRUE(result.socket);
    EXPECT_EQ(result.socket->remote_endpoint(), listener.local_endpoint());
    EXPECT_LT(net::clock::now() - begin, connection_attempt_delay);
}

TEST_F(connect_race_test, tries_the_next_beside_one_that_is_silent) {
    const test::silent_address silent("127.0.0.2", listener.local_endpoint().port());
    const auto begin = net::clock::now();
    const auto result = race({"127.0.0.2", "127.0.0.1"});
    ASSERT_TRUE(result.socket);
    EXPECT_EQ(result.socket->remote_endpoint(), listener.local_endpoint());
    EXPECT_GE(net::clock::now() - begin, connection_attempt_delay);
}

TEST_F(connect_race_test, tells_the_last_failure) {
    const auto result = race({"127.0.0.3"});
    EXPECT_FALSE(result.socket);
    const auto port = std::to_string(listener.local_endpoint().port());
    EXPECT_EQ(result.problem, "127.0.0.3:" + port + ": Connection refused");
    EXPECT_EQ(race({}).problem, "no address");
}

} // namespace connect_race_test
} // namespace llm_proxy::upstream
