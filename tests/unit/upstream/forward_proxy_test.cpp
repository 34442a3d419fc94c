#include "llm_proxy/upstream/forward_proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llm_proxy::upstream {
namespace forward_proxy_test {

model::endpoint origin(const char* url) {
    return model::parse_base_url(url, config::tls_verify()).value().origin;
}

forward_proxies with(std::map<std::string, std::string, std::less<>> environment) {
    return forward_proxies([environment = std::move(environment)](
                               std::string_view name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

std::string host_for(const forward_proxies& proxies, const char* url) {
    const auto* const proxy = proxies.proxy_for(origin(url));
    return proxy == nullptr ? "direct" : proxy->host + ":" + std::to_string(proxy->port);
}

bool covers(const char* list, const char* url) {
    return proxy_exceptions(list).covers(origin(url));
}

TEST(forward_proxies_test, are_chosen_by_the_origins_scheme) {
    const auto proxies = with({{"HTTPS_PROXY", "http://s:1"}, {"HTTP_PROXY", "http://p:2"}});
    EXPECT_EQ(host_for(proxies, "https://a"), "s:1");
    EXPECT_EQ(host_for(proxies, "http://a"), "p:2");
    EXPECT_EQ(host_for(with({}), "http://a"), "direct");
}

TEST(forward_proxies_test, fall_back_to_all_proxy_and_prefer_lower_case) {
    const auto proxies =
        with({{"ALL_PROXY", "all:3"}, {"HTTP_PROXY", "no"}, {"http_proxy", "yes"}});
    EXPECT_EQ(host_for(proxies, "https://a"), "all:3");
    EXPECT_EQ(host_for(proxies, "http://a"), "yes:80");
    EXPECT_EQ(host_for(with({{"HTTPS_PROXY", ""}, {"all_proxy", "x:1"}}), "https://a"), "x:1");
}

TEST(forward_proxies_test, read_credentials) {
    const auto proxies = with({{"HTTP_PROXY", "http://user:p%40ss@proxy:3128/"}});
    const auto* const proxy = proxies.proxy_for(origin("http://a"));
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->host, "proxy");
    EXPECT_EQ(proxy->authorization.reveal(), "Basic dXNlcjpwQHNz");
    EXPECT_EQ(proxy->problem, "");
}

TEST(forward_proxies_test, do_not_ignore_what_they_cannot_use) {
    const auto socks = with({{"ALL_PROXY", "socks5://user:secret@p:1080"}});
    const auto* const proxy = socks.proxy_for(origin("http://a"));
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->problem, "the forward proxy's URL does not start with http://");
    const auto broken = with({{"ALL_PROXY", "http://p:port"}});
    EXPECT_NE(broken.proxy_for(origin("http://a"))->problem, "");
}

TEST(forward_proxies_test, spare_the_exceptions) {
    const auto proxies = with({{"ALL_PROXY", "p:1"}, {"NO_PROXY", "localhost,.internal"}});
    EXPECT_EQ(host_for(proxies, "http://localhost:11434"), "direct");
    EXPECT_EQ(host_for(proxies, "http://ollama.internal"), "direct");
    EXPECT_EQ(host_for(proxies, "http://127.0.0.1"), "p:1");
}

TEST(proxy_exceptions_test, match_names_with_their_subdomains) {
    EXPECT_TRUE(covers("example.com", "http://example.com"));
    EXPECT_TRUE(covers("example.com", "http://api.EXAMPLE.com"));
    EXPECT_FALSE(covers("example.com", "http://badexample.com"));
    EXPECT_TRUE(covers("a, .Example.com", "http://x.example.com"));
    EXPECT_TRUE(covers(".example.com", "http://example.com"));
    EXPECT_TRUE(covers("*.example.com b", "http://x.example.com"));
    EXPECT_TRUE(covers("*", "http://anything"));
    EXPECT_FALSE(covers("", "http://anything"));
    EXPECT_FALSE(covers(",.,", "http://anything"));
}

TEST(proxy_exceptions_test, match_ports) {
    EXPECT_TRUE(covers("a:8080", "http://a:8080"));
    EXPECT_FALSE(covers("a:8080", "http://a:8081"));
    EXPECT_TRUE(covers("[::1]:80", "http://[::1]"));
    EXPECT_FALSE(covers("[::1]:81", "http://[::1]"));
}

TEST(proxy_exceptions_test, match_addresses_and_networks) {
    EXPECT_TRUE(covers("127.0.0.1", "http://127.0.0.1:5"));
    EXPECT_FALSE(covers("27.0.0.1", "http://127.0.0.1"));
    EXPECT_TRUE(covers("10.0.0.0/8", "http://10.200.3.4"));
    EXPECT_FALSE(covers("10.0.0.0/8", "http://11.0.0.1"));
    EXPECT_TRUE(covers("172.16.0.0/12", "http://172.31.1.1"));
    EXPECT_FALSE(covers("172.16.0.0/12", "http://172.32.1.1"));
    EXPECT_TRUE(covers("fd00::/8", "http://[fdab::1]"));
    EXPECT_FALSE(covers("fd00::/8", "http://10.0.0.1"));
    EXPECT_TRUE(covers("::1", "http://[::1]"));
    EXPECT_TRUE(covers("0.0.0.0/0", "http://8.8.8.8"));
    EXPECT_FALSE(covers("0.0.0.0/0", "http://name"));
}

} // namespace forward_proxy_test
} // namespace llm_proxy::upstream
