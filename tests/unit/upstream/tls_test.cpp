#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scripted_server.hpp"
#include "upstream/upstream_client.hpp"
#include <mutex>

namespace llm_proxy::upstream {
namespace tls_test {

using test::origin_of;
using test::scripted_server;
using test::upstream_client;
using ::testing::HasSubstr;
using peer = scripted_server::peer;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A TLS server for `name.test`; every name resolves to it. One request per connection.
class tls_test : public ::testing::Test {
protected:
    std::string url(const std::string& host) const {
        return "https://" + host + ":" + std::to_string(server.port());
    }
    config::tls_verify trusting() const {
        config::tls_verify verify;
        verify.ca_file = authority.path();
        return verify;
    }
    static resolution to_loopback(const std::string&) {
        return resolution(std::vector(1, net::asio::ip::make_address("127.0.0.1")));
    }

    const test::test_certificate certificate = test::make_certificate("name.test");
    const test::temporary_file authority{certificate.certificate};
    std::vector<bool> resumed;
    std::string alpn;
    std::string server_name;
    scripted_server server{[this](peer& link) {
                               link.read_request();
                               resumed.push_back(link.tls_resumed());
                               alpn = link.alpn();
                               server_name = link.server_name();
                               link.send("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                         "Content-Length: 2\r\n\r\nok");
                               link.wait_for_close();
                           },
                           certificate};
    upstream_client client{{}, {}, to_loopback};
};

TEST_F(tls_test, refuses_an_unknown_authority) {
    const auto answer = client.call(origin_of(url("name.test")), get);
    EXPECT_EQ(answer.sent.why, failure::tls);
    EXPECT_THAT(answer.sent.detail, HasSubstr("self-signed certificate"));
    EXPECT_THAT(answer.sent.detail, HasSubstr("name.test"));
    EXPECT_TRUE(resumed.empty());
}

TEST_F(tls_test, accepts_the_configured_authority) {
    const auto answer = client.call(origin_of(url("name.test"), trusting()), get);
    EXPECT_EQ(answer.body, "ok") << answer.sent.detail;
    EXPECT_EQ(alpn, "http/1.1");
    EXPECT_EQ(server_name, "name.test");
}

TEST_F(tls_test, accepts_the_authorities_of_the_environment) {
    for (const char* name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) {
        upstream_client other({}, {{name, authority.path()}}, to_loopback);
        const auto answer = other.call(origin_of(url("name.test")), get);
        EXPECT_EQ(answer.body, "ok") << name << ": " << answer.sent.detail;
    }
}

TEST_F(tls_test, refuses_a_certificate_for_another_name) {
    for (const char* host : {"other.test", "127.0.0.1"}) {
        const auto answer = client.call(origin_of(url(host), trusting()), get);
        EXPECT_EQ(answer.sent.why, failure::tls);
        EXPECT_THAT(answer.sent.detail, HasSubstr("mismatch"));
    }
    EXPECT_TRUE(resumed.empty());
}

TEST_F(tls_test, checks_addresses_as_such) {
    const auto for_address = test::make_certificate("127.0.0.1");
    const test::temporary_file file(for_address.certificate);
    const scripted_server other(
        [](peer& link) {
            link.read_request();
            link.send("HTTP/1.1 204 No Content\r\n\r\n");
            link.wait_for_close();
        },
        for_address);
    config::tls_verify verify;
    verify.ca_file = file.path();
    const auto to = origin_of("https://127.0.0.1:" + std::to_string(other.port()), verify);
    EXPECT_EQ(client.call(to, get).status, 204);
}

TEST_F(tls_test, accepts_anything_where_verification_is_off) {
    config::tls_verify off;
    off.enabled = false;
    EXPECT_EQ(client.call(origin_of(url("other.test"), off), get).body, "ok");
}

TEST_F(tls_test, tells_an_unreadable_authority_file) {
    config::tls_verify verify;
    verify.ca_file = authority.path() + ".missing";
    const auto answer = client.call(origin_of(url("name.test"), verify), get);
    EXPECT_EQ(answer.sent.why, failure::tls);
    EXPECT_THAT(answer.sent.detail, HasSubstr(verify.ca_file));
}

TEST_F(tls_test, resumes_sessions_of_the_same_origin_and_verification_only) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(client.call(origin_of(url("name.test"), trusting()), get).body, "ok");
        ASSERT_TRUE(server.wait_for_ends(static_cast<std::size_t>(i) + 1));
    }
    config::tls_verify off;
    off.enabled = false;
    EXPECT_EQ(client.call(origin_of(url("name.test"), off), get).body, "ok");
    ASSERT_TRUE(server.wait_for_ends(4));
    EXPECT_EQ(resumed, (std::vector<bool>{false, true, true, false}));
}

TEST_F(tls_test, tells_a_server_that_does_not_speak_tls) {
    const scripted_server plain([](peer& link) {
        link.read_bytes(1);
        link.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        link.wait_for_close();
    });
    const auto answer = client.call(
        origin_of("https://name.test:" + std::to_string(plain.port()), trusting()), get);
    EXPECT_EQ(answer.sent.why, failure::tls);
    EXPECT_THAT(answer.sent.detail, HasSubstr("handshake"));
}

} // namespace tls_test
} // namespace llm_proxy::upstream
