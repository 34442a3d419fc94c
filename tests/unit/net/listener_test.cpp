#include "llm_proxy/net/listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "net/event_loop.hpp"

namespace llm_proxy::net {
namespace listener_test {

using asio::ip::tcp;

error_code try_connect(const char* address, std::uint16_t port) {
    asio::io_context io;
    tcp::socket socket(io);
    error_code ec;
    socket.connect(tcp::endpoint(asio::ip::make_address(address), port), ec);
    return ec;
}

std::string error_of(executor ex, const std::string& host, std::uint16_t port) {
    const auto made = listen(ex, host, port, false);
    return made ? "" : made.error().message;
}

TEST(listener_test, accepts_on_a_port_of_the_kernels_choice) {
    test::event_loop loop;
    const auto made = listen(loop.executor(), "127.0.0.1", 0, false);
    ASSERT_TRUE(made);
    listener& door = **made;
    ASSERT_NE(door.port(), 0);
    std::vector<tcp_socket> accepted;
    door.start([&](tcp_socket socket) { accepted.push_back(std::move(socket)); });
    EXPECT_FALSE(try_connect("127.0.0.1", door.port()));
    EXPECT_FALSE(try_connect("127.0.0.1", door.port()));
    loop.run_until([&] { return accepted.size() == 2; });
    EXPECT_TRUE(accepted[0].is_open());
}

TEST(listener_test, after_stop_nobody_is_accepted_and_the_loop_is_empty) {
    test::event_loop loop;
    const auto made = listen(loop.executor(), "127.0.0.1", 0, false);
    ASSERT_TRUE(made);
    const std::uint16_t port = (*made)->port();
    (*made)->start([](const tcp_socket&) { FAIL() << "accepted after stop"; });
    (*made)->stop();
    EXPECT_EQ(try_connect("127.0.0.1", port), asio::error::connection_refused);
    loop.run_dry();
}

TEST(listener_test, may_be_stopped_and_destroyed_by_the_connection_it_accepts) {
    test::event_loop loop;
    auto made = listen(loop.executor(), "127.0.0.1", 0, false);
    ASSERT_TRUE(made);
    const std::uint16_t port = (*made)->port();
    bool accepted = false;
    (*made)->start([&](const tcp_socket&) {
        accepted = true;
        made->reset();
    });
    EXPECT_FALSE(try_connect("127.0.0.1", port));
    loop.run_dry();
    EXPECT_TRUE(accepted);
    EXPECT_EQ(try_connect("127.0.0.1", port), asio::error::connection_refused);
}

TEST(listener_test, says_what_is_wrong) {
    test::event_loop loop;
    const auto taken = listen(loop.executor(), "127.0.0.1", 0, false);
    ASSERT_TRUE(taken);
    const std::uint16_t port = (*taken)->port();
    EXPECT_EQ(error_of(loop.executor(), "127.0.0.1", port),
              "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
    EXPECT_EQ(error_of(loop.executor(), "localhost", port),
              "cannot listen on localhost:" + std::to_string(port) + ": Address already in use");
    EXPECT_EQ(error_of(loop.executor(), "example.test", 80),
              "cannot listen on example.test:80: not an IP address");
    EXPECT_EQ(error_of(loop.executor(), "192.0.2.1", 80),
              "cannot listen on 192.0.2.1:80: Cannot assign requested address");
}

TEST(listener_test, workers_share_a_port_only_if_all_want_to) {
    test::event_loop loop;
    const auto first = listen(loop.executor(), "127.0.0.1", 0, true);
    ASSERT_TRUE(first);
    EXPECT_TRUE(listen(loop.executor(), "127.0.0.1", (*first)->port(), true));
    EXPECT_FALSE(listen(loop.executor(), "127.0.0.1", (*first)->port(), false));
}

TEST(listener_test, the_unspecified_ipv6_address_takes_ipv4_too) {
    test::event_loop loop;
    const auto made = listen(loop.executor(), "::", 0, false);
    if (!made) {
        GTEST_SKIP() << "this machine has no IPv6: " << made.error().message;
    }
    EXPECT_FALSE(try_connect("127.0.0.1", (*made)->port()));
}

} // namespace listener_test
} // namespace llm_proxy::net
