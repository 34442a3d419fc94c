#include "llm_proxy/model/endpoint.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::model {
namespace endpoint_test {

base_url parse(std::string_view url) {
    return parse_base_url(url, config::tls_verify()).value();
}

std::string refusal(std::string_view url) {
    const auto parsed = parse_base_url(url, config::tls_verify());
    return parsed.has_value() ? "accepted" : parsed.error().message;
}

TEST(base_url_test, takes_scheme_host_port_and_path_apart) {
    const auto url = parse("HTTPS://API.Example.com:8443/v1/");
    EXPECT_TRUE(url.origin.tls);
    EXPECT_EQ(url.origin.host, "api.example.com");
    EXPECT_EQ(url.origin.port, 8443);
    EXPECT_EQ(url.origin.host_header, "api.example.com:8443");
    EXPECT_EQ(url.path, "/v1");
}

TEST(base_url_test, knows_default_ports) {
    EXPECT_EQ(parse("http://a").origin.port, 80);
    EXPECT_EQ(parse("https://a").origin.port, 443);
    EXPECT_EQ(parse("https://a:443").origin.host_header, "a");
    EXPECT_EQ(parse("http://a:443").origin.host_header, "a:443");
}

TEST(base_url_test, keeps_the_path_but_for_trailing_slashes) {
    EXPECT_EQ(parse("http://a").path, "");
    EXPECT_EQ(parse("http://a///").path, "");
    EXPECT_EQ(parse("http://a/B/c%20d//").path, "/B/c%20d");
}

TEST(base_url_test, takes_ipv6_in_brackets) {
    const auto url = parse("http://[0:0::1]:8080/x");
    EXPECT_EQ(url.origin.host, "::1");
    EXPECT_EQ(url.origin.host_header, "[::1]:8080");
    EXPECT_EQ(parse("https://[::1]").origin.host_header, "[::1]");
}

TEST(base_url_test, takes_names_of_containers) {
    EXPECT_EQ(parse("http://lm_studio.internal:1234").origin.host, "lm_studio.internal");
}

TEST(base_url_test, says_what_is_wrong) {
    EXPECT_EQ(refusal("ftp://a"), "URL does not start with http:// or https://");
    EXPECT_EQ(refusal(""), "URL does not start with http:// or https://");
    EXPECT_EQ(refusal("http://u:secret@a"), "URL has user information");
    EXPECT_EQ(refusal("http://a/?q=1"), "URL has a query");
    EXPECT_EQ(refusal("http://a/#x"), "URL has a fragment");
    EXPECT_EQ(refusal("http://a\\b"), "URL has a backslash");
    for (const char* url : {"http://a b", "http://a\r\nx: y", "http://\xc3\xa4"}) {
        EXPECT_EQ(refusal(url),
                  "URL has a space, a control character or a character outside ASCII");
    }
    for (const char* url :
         {"http://", "http://:80", "http://a..b", "http://.a", "http://a%41", "http://[::1",
          "http://[1.2.3.4]", "http://[fe80::1%251]", "http:///v1"}) {
        EXPECT_EQ(refusal(url), "URL has no valid host name or address") << url;
    }
    for (const char* url : {"http://a:", "http://a:0", "http://a:65536", "http://a:-1",
                            "http://a:8x", "http://[::1]x", "http://1:2:3"}) {
        EXPECT_EQ(refusal(url), "URL has no valid port (an IPv6 address must be in brackets)")
            << url;
    }
}

TEST(endpoint_test, tells_the_operators_own_hosts_from_public_ones) {
    for (const char* home :
         {"localhost", "nas", "nas.local", "gpu.lan", "a.home.arpa", "host.docker.internal",
          "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.9", "169.254.1.1",
          "::1", "fd00::1", "fe80::1"})
        EXPECT_TRUE(is_at_home(home)) << home;
    for (const char* away : {"api.openai.com", "local.example.org", "8.8.8.8", "172.32.0.1",
                             "192.169.0.1", "11.0.0.1", "2001:db8::1", "fc.example.com"})
        EXPECT_FALSE(is_at_home(away)) << away;
}

TEST(endpoint_test, equality_covers_what_makes_connections_differ) {
    config::tls_verify off;
    off.enabled = false;
    const auto strict = parse("https://a").origin;
    const auto lax = parse_base_url("https://a", off).value().origin;
    EXPECT_FALSE(strict == lax);
    EXPECT_TRUE(strict == parse("https://A:443/v1").origin);
    EXPECT_EQ(endpoint_hash()(strict), endpoint_hash()(parse("https://A:443/v1").origin));
    EXPECT_NE(endpoint_hash()(strict), endpoint_hash()(parse("http://a:443").origin));
}

} // namespace endpoint_test
} // namespace llm_proxy::model
