#include "llm_proxy/login/copilot_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "login/login_test_support.hpp"

namespace llm_proxy::login {
namespace copilot_settings_test {

using test::read_settings;
using testing::HasSubstr;

std::string base_of(const test::variables& known, std::string_view token_endpoint) {
    const auto settings = read_settings(known).value();
    const auto base = choose_api_base(settings, token_endpoint);
    return base ? base->origin.host_header + base->path : "refused: " + base.error().message;
}

TEST(copilot_settings_test, have_litellms_defaults) {
    const auto out = read_settings({{"HOME", "/home/me"}}).value();
    EXPECT_EQ(out.access_token_file, "/home/me/.config/litellm/github_copilot/access-token");
    EXPECT_EQ(out.api_key_file, "/home/me/.config/litellm/github_copilot/api-key.json");
    EXPECT_EQ(out.client_id, "Iv1.b507a08c87ecfe98");
    EXPECT_EQ(out.device_code.origin.host, "github.com");
    EXPECT_TRUE(out.device_code.origin.tls);
    EXPECT_EQ(out.device_code.path, "/login/device/code");
    EXPECT_EQ(out.access_token.path, "/login/oauth/access_token");
    EXPECT_EQ(out.api_key.origin.host, "api.github.com");
    EXPECT_EQ(out.api_key.path, "/copilot_internal/v2/token");
    EXPECT_EQ(out.trusted_host, "");
}

TEST(copilot_settings_test, take_the_variables_and_absolute_file_names) {
    const auto out = read_settings({{"GITHUB_COPILOT_TOKEN_DIR", "/t"},
                                    {"GITHUB_COPILOT_ACCESS_TOKEN_FILE", "/run/secrets/token"},
                                    {"GITHUB_COPILOT_API_KEY_FILE", "key"},
                                    {"GITHUB_COPILOT_CLIENT_ID", "id"},
                                    {"GITHUB_COPILOT_API_KEY_URL", "http://Proxy:81/x"}})
                         .value();
    EXPECT_EQ(out.access_token_file, "/run/secrets/token");
    EXPECT_EQ(out.api_key_file, "/t/key");
    EXPECT_EQ(out.client_id, "id");
    EXPECT_EQ(out.trusted_host, "proxy");
}

TEST(copilot_settings_test, name_the_variable_that_is_wrong) {
    EXPECT_THAT(read_settings({{"GITHUB_COPILOT_DEVICE_CODE_URL", "ftp://x"}}).error().message,
                HasSubstr("GITHUB_COPILOT_DEVICE_CODE_URL"));
    EXPECT_THAT(read_settings({{"GITHUB_COPILOT_API_BASE", "x"}}).error().message,
                HasSubstr("GITHUB_COPILOT_API_BASE"));
}

TEST(copilot_settings_test, the_tokens_endpoint_comes_before_the_variable) {
    const test::variables own{{"GITHUB_COPILOT_API_BASE", "http://own:8080/base/"}};
    EXPECT_EQ(base_of({}, ""), "api.githubcopilot.com");
    EXPECT_EQ(base_of(own, ""), "own:8080/base");
    EXPECT_EQ(base_of(own, "https://api.business.githubcopilot.com"),
              "api.business.githubcopilot.com");
}

TEST(copilot_settings_test, a_token_goes_to_github_only) {
    for (const char* good : {"https://github.com", "https://copilot-api.corp.ghe.com",
                             "https://api.GitHub.com/x", "https://a.b.githubcopilot.com:8443"}) {
        EXPECT_THAT(base_of({}, good), testing::Not(HasSubstr("refused"))) << good;
    }
    for (const char* bad :
         {"http://api.githubcopilot.com", "https://evil.com", "https://evilgithub.com",
          "https://github.com.evil.com", "https://api.githubcopilot.com@evil.com",
          "https://ghe.com", "http://127.0.0.1:4150/copilot", "x", "https://127.0.0.1"}) {
        EXPECT_THAT(base_of({}, bad), HasSubstr("refused")) << bad;
    }
}

TEST(copilot_settings_test, whoever_sets_the_exchanges_url_trusts_its_host) {
    const test::variables own{{"GITHUB_COPILOT_API_KEY_URL", "http://127.0.0.1:4150/token"}};
    EXPECT_EQ(base_of(own, "http://127.0.0.1:9/copilot"), "127.0.0.1:9/copilot");
    EXPECT_EQ(base_of(own, "https://api.githubcopilot.com"), "api.githubcopilot.com");
    EXPECT_THAT(base_of(own, "http://127.0.0.2:4150"), HasSubstr("refused"));
}

} // namespace copilot_settings_test
} // namespace llm_proxy::login
