#include "llm_proxy/net/tls_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/event_loop.hpp"
#include "net/socket_pair.hpp"
#include "support/test_certificate.hpp"
#include <array>
#include <vector>

namespace llm_proxy::net {
namespace tls_stream_test {

using testing::HasSubstr;

/// Both ends of a handshake in one loop.
class tls_stream_test : public testing::Test {
protected:
    void present(const std::string& name) {
        const test::test_certificate made = test::make_certificate(name);
        server_context.use_certificate_chain(asio::buffer(made.certificate));
        server_context.use_private_key(asio::buffer(made.key), asio::ssl::context::pem);
        certificate = made.certificate;
    }
    void trust() { client_context.add_certificate_authority(asio::buffer(certificate)); }

    void shake_hands(const std::string& expected_name, bool verify = true) {
        tls_client_options options;
        options.server_name = expected_name;
        options.verify = verify;
        loop.run_together({[&](interruptor&) -> task<> {
                               server = co_await accept_tls(std::move(both.far_end), server_context,
                                                            server_error);
                           },
                           [&](interruptor&) -> task<> {
                               client =
                                   co_await connect_tls(std::move(both.near_end), client_context,
                                                        options, client_error, why);
                           }},
                          [] {});
    }

    void expect_refusal(const std::string& text) {
        EXPECT_EQ(client, nullptr);
        EXPECT_EQ(server, nullptr);
        EXPECT_TRUE(client_error);
        EXPECT_TRUE(server_error);
        EXPECT_THAT(why, HasSubstr(text));
    }

    test::event_loop loop;
    test::socket_pair both{loop.executor()};
    asio::ssl::context server_context{asio::ssl::context::tls_server};
    asio::ssl::context client_context{asio::ssl::context::tls_client};
    std::string certificate;
    std::unique_ptr<byte_stream> server;
    std::unique_ptr<byte_stream> client;
    error_code server_error;
    error_code client_error;
    std::string why;
};

TEST_F(tls_stream_test, carries_bytes_both_ways_after_the_handshake) {
    present("name.test");
    trust();
    shake_hands("name.test");
    ASSERT_TRUE(client) << why;
    ASSERT_TRUE(server) << server_error.message();
    const std::array<std::string_view, 4> question{"", "how ", "", "are you"};
    const std::array<std::string_view, 1> answer{"fine"};
    loop.run_together({[&](interruptor&) -> task<> {
                           const std::string got = co_await test::read_up_to(*server, 11);
                           EXPECT_EQ(got, "how are you");
                           const error_code ec = co_await server->write(answer);
                           EXPECT_FALSE(ec);
                       },
                       [&](interruptor&) -> task<> {
                           const error_code ec = co_await client->write(question);
                           EXPECT_FALSE(ec);
                           const std::string got = co_await test::read_up_to(*client, 4);
                           EXPECT_EQ(got, "fine");
                       }},
                      [] {});
}

TEST_F(tls_stream_test, writes_the_rest_over_records_and_pieces) {
    present("name.test");
    trust();
    shake_hands("name.test");
    ASSERT_TRUE(client) << why;
    std::string text;
    for (int i = 0; text.size() < 100'000; ++i) {
        text += std::to_string(i) + ' ';
    }
    const std::string_view all(text);
    // Pieces around the 16 KiB of a record, with empty ones between.
    const std::vector<std::string_view> pieces{all.substr(0, 10),      "",
                                               all.substr(10, 16'384), all.substr(16'394, 6),
                                               all.substr(16'400),     ""};
    std::size_t written = 7;
    EXPECT_FALSE(client->try_write(pieces, written));
    EXPECT_EQ(written, 0U);
    for (const std::size_t done : {0UL, 3UL, 10UL, 11UL, 16'394UL, 50'000UL}) {
        std::string received;
        loop.run_together({[&](interruptor&) -> task<> {
                               const error_code ec = co_await client->write_rest(pieces, done);
                               EXPECT_FALSE(ec);
                           },
                           [&](interruptor&) -> task<> {
                               received = co_await test::read_up_to(*server, text.size() - done);
                           }},
                          [] {});
        EXPECT_TRUE(received == all.substr(done)) << "after " << done;
    }
}

TEST_F(tls_stream_test, refuses_a_certificate_of_another_name) {
    present("name.test");
    trust();
    shake_hands("other.test");
    expect_refusal("certificate refused: hostname mismatch");
}

TEST_F(tls_stream_test, refuses_a_certificate_that_nobody_vouches_for) {
    present("name.test");
    shake_hands("name.test");
    expect_refusal("certificate refused: self-signed certificate");
}

TEST_F(tls_stream_test, matches_an_address_as_an_address) {
    present("127.0.0.1");
    trust();
    shake_hands("127.0.0.1");
    EXPECT_TRUE(client) << why;
}

TEST_F(tls_stream_test, refuses_another_address) {
    present("127.0.0.1");
    trust();
    shake_hands("127.0.0.2");
    expect_refusal("certificate refused: IP address mismatch");
}

TEST_F(tls_stream_test, takes_any_certificate_where_told_so) {
    present("name.test");
    shake_hands("other.test", false);
    EXPECT_TRUE(client) << why;
    EXPECT_TRUE(server);
}

TEST_F(tls_stream_test, a_close_without_farewell_is_the_end) {
    present("name.test");
    trust();
    shake_hands("name.test");
    ASSERT_TRUE(client) << why;
    server->close();
    loop.run([&](interruptor&) -> task<> {
        std::array<char, 8> into{};
        const io_result got = co_await client->read_some(into);
        EXPECT_EQ(got.ec, asio::error::eof);
    });
}

TEST_F(tls_stream_test, is_silent_until_the_peer_closes) {
    present("name.test");
    trust();
    SSL_CTX_set_num_tickets(server_context.native_handle(), 0); // they would be something said
    const int descriptor = both.near_end.native_handle();
    shake_hands("name.test");
    ASSERT_TRUE(client) << why;
    EXPECT_TRUE(client->is_silent());
    server->close();
    ASSERT_TRUE(test::wait_readable(descriptor));
    EXPECT_FALSE(client->is_silent());
}

TEST_F(tls_stream_test, a_client_that_speaks_no_tls_is_refused) {
    present("name.test");
    test::socket_pair plain(loop.executor());
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    loop.run([&](interruptor&) -> task<> {
        server = co_await accept_tls(std::move(plain.near_end), server_context, server_error);
    });
    EXPECT_EQ(server, nullptr);
    EXPECT_TRUE(server_error);
}

TEST_F(tls_stream_test, a_handshake_can_be_interrupted) {
    present("name.test");
    test::socket_pair silent(loop.executor());
    loop.run([&](interruptor& stop) -> task<> {
        stop.set_deadline(clock::now());
        server = co_await accept_tls(std::move(silent.near_end), server_context, server_error);
    });
    EXPECT_EQ(server, nullptr);
    EXPECT_EQ(server_error, asio::error::operation_aborted);
}

TEST_F(tls_stream_test, an_interrupted_read_loses_no_bytes) {
    present("name.test");
    trust();
    shake_hands("name.test");
    ASSERT_TRUE(client) << why;
    loop.run([&](interruptor& stop) -> task<> {
        std::array<char, 8> into{};
        stop.set_deadline(clock::now(), interrupt::quiet);
        const io_result cut = co_await server->read_some(into);
        EXPECT_EQ(cut.ec, asio::error::operation_aborted);
        stop.clear_deadline();
        co_await stop.clear();
        const std::array<std::string_view, 1> text{"hello"};
        const error_code ec = co_await client->write(text);
        EXPECT_FALSE(ec);
        const io_result got = co_await server->read_some(into);
        EXPECT_EQ(std::string_view(into.data(), got.size), "hello");
    });
}

} // namespace tls_stream_test
} // namespace llm_proxy::net
