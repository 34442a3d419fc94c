#include "llm_proxy/upstream/file_url.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::upstream {
namespace file_url_test {

/// `scheme host port target`, or `none`.
std::string described(const std::optional<file_url>& url) {
    if (!url) {
        return "none";
    }
    return (url->origin.tls ? "https " : "http ") + url->origin.host + " " +
           std::to_string(url->origin.port) + " " + url->target;
}

std::string parsed(std::string_view url) {
    return described(parse_file_url(url, config::litellm_settings()));
}

TEST(file_url, takes_http_urls_apart) {
    EXPECT_EQ(parsed("https://Example.com/a/b.png?x=1&y#part"),
              "https example.com 443 /a/b.png?x=1&y");
    EXPECT_EQ(parsed("HTTP://example.com"), "http example.com 80 /");
    EXPECT_EQ(parsed("http://example.com?x=1"), "http example.com 80 /?x=1");
    EXPECT_EQ(parsed("http://[2001:db8::1]:8080/x"), "http 2001:db8::1 8080 /x");
}

TEST(file_url, refuses_what_is_none) {
    for (const char* url :
         {"", "http://", "http:///x", "ftp://a/b", "file:///etc/passwd", "a/b", "http://a:0/",
          "http://a:99999/", "http://user:pass@a/", "http://a\\@b/", "http://a b/", "http://[::1",
          "http://[fe80::1%25eth0]/", "gopher://a", "http://127.0.0.1\t/"}) {
        EXPECT_EQ(parsed(url), "none") << url;
    }
    EXPECT_EQ(parsed("http://a/" + std::string(9000, 'x')), "none");
}

TEST(file_url, follows_references_of_all_forms) {
    const config::litellm_settings settings;
    const auto from = parse_file_url("https://a.com/one/two/x.png?q=1", settings);
    const auto to = [&](const char* location) {
        return described(follow(*from, location, settings));
    };
    EXPECT_EQ(to("http://b.com/y#z"), "http b.com 80 /y");
    EXPECT_EQ(to("//b.com:81/y"), "https b.com 81 /y");
    EXPECT_EQ(to("/y?r"), "https a.com 443 /y?r");
    EXPECT_EQ(to("y"), "https a.com 443 /one/two/y");
    EXPECT_EQ(to("../y"), "https a.com 443 /one/y");
    EXPECT_EQ(to("../../../../y"), "https a.com 443 /y");
    EXPECT_EQ(to("./"), "https a.com 443 /one/two/");
    EXPECT_EQ(to(".."), "https a.com 443 /one/");
    EXPECT_EQ(to("?r=../x"), "https a.com 443 /one/two/x.png?r=../x");
    EXPECT_EQ(to(""), "https a.com 443 /one/two/x.png?q=1");
    EXPECT_EQ(to("file:///etc/passwd"), "none");
    EXPECT_EQ(to("http://user@b/"), "none");
}

TEST(file_url, is_public_unless_its_host_is_allowed) {
    config::litellm_settings settings;
    settings.user_url_allowed_hosts = {"nas", "files:8080", "[fd00::1]"};
    const auto public_only = [&](const char* url) {
        return parse_file_url(url, settings)->origin.public_only;
    };
    EXPECT_TRUE(public_only("http://example.com/"));
    EXPECT_FALSE(public_only("http://NAS/"));
    EXPECT_FALSE(public_only("https://nas:8443/"));
    EXPECT_FALSE(public_only("http://files:8080/"));
    EXPECT_TRUE(public_only("http://files/"));
    EXPECT_FALSE(public_only("http://[fd00::1]:9/"));
    EXPECT_TRUE(public_only("http://nas.example.com/"));

    const auto allowed = parse_file_url("http://nas/", settings);
    EXPECT_TRUE(follow(*allowed, "http://127.0.0.1/", settings)->origin.public_only);
    EXPECT_FALSE(follow(*allowed, "/other", settings)->origin.public_only);

    settings.user_url_validation = false;
    EXPECT_FALSE(public_only("http://127.0.0.1/"));
}

TEST(file_url, is_shown_without_its_secrets) {
    EXPECT_EQ(shown_url("https://user:secret@a.com/x?sig=secret#secret"), "https://a.com/x");
    EXPECT_EQ(shown_url("https://a.com/x@y"), "https://a.com/x@y");
    EXPECT_EQ(shown_url("http://a/" + std::string(500, 'x')).size(), 131U);
}

} // namespace file_url_test
} // namespace llm_proxy::upstream
