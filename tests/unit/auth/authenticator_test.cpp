#include "llm_proxy/auth/authenticator.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llm_proxy::auth {
namespace authenticator_test {

constexpr std::string_view key = "sk-right-0123456789";

using headers = std::vector<std::pair<std::string, std::string>>;

authenticator make(const std::string& key_header = {}) {
    config::general_settings settings;
    settings.master_key = secret(std::string(key));
    settings.key_header_name = key_header;
    return authenticator(settings);
}

result<caller> authenticate(const authenticator& by, const headers& given) {
    http::fields fields;
    for (const auto& [name, value] : given)
        fields.add(name, value);
    return by.authenticate(fields);
}

/// `ok`, or the text after LiteLLM's common beginning.
std::string answer(const authenticator& by, const headers& given) {
    const auto found = authenticate(by, given);
    if (found)
        return "ok";
    const error& refusal = found.error();
    constexpr std::string_view begin = "Authentication Error, ";
    EXPECT_EQ(refusal.status, 401);
    EXPECT_TRUE(refusal.message.starts_with(begin)) << refusal.message;
    EXPECT_EQ(refusal.message.find(key), std::string::npos);
    return refusal.message.substr(begin.size());
}

std::string answer(const headers& given) {
    return answer(make(), given);
}

const std::string right(key);
const std::string none = "No api key passed in.";
const std::string malformed = "Malformed API Key passed in. Ensure Key has `Bearer ` prefix.";
const std::string unknown =
    "Invalid proxy server token passed. Received API Key = sk-...6789. Unable to find token in "
    "cache or `LiteLLM_VerificationTokenTable`";
const std::string no_virtual_key =
    "LiteLLM Virtual Key expected. Received=****, expected to start with 'sk-'.";

TEST(authenticator, finds_the_key_wherever_clients_put_it) {
    for (const headers& given : std::vector<headers>{
             {{"x-litellm-api-key", right}},
             {{"X-LiteLLM-API-Key", "Bearer " + right}},
             {{"Authorization", "Bearer " + right}},
             {{"authorization", "bearer " + right}},
             {{"authorization", "Basic " + right}},
             {{"authorization", "Bearer " + right + " "}},
             {{"authorization",
               "AWS4-HMAC-SHA256 Credential=" + right + "/20260101/x, Signature=y"}},
             {{"authorization", "AWS4-HMAC-SHA256 Credential=Bearer " + right + "/20260101/x"}},
             {{"API-Key", right}},
             {{"x-api-key", right}},
             {{"x-goog-api-key", right}},
             {{"Ocp-Apim-Subscription-Key", right}},
         })
        EXPECT_EQ(answer(given), "ok") << given[0].first << ": " << given[0].second;
}

TEST(authenticator, the_first_place_decides_not_the_right_key) {
    const std::string wrong = "sk-wrong-0123456789";
    EXPECT_EQ(answer({{"authorization", "Bearer " + wrong}, {"x-api-key", right}}), unknown);
    EXPECT_EQ(answer({{"authorization", "Bearer " + wrong}, {"x-litellm-api-key", right}}), "ok");
    EXPECT_EQ(answer({{"x-api-key", wrong}, {"api-key", right}}), "ok");
    EXPECT_EQ(answer({{"x-goog-api-key", right}, {"x-api-key", wrong}}), unknown);
    EXPECT_EQ(answer({{"ocp-apim-subscription-key", right}, {"x-goog-api-key", wrong}}), unknown);
}

TEST(authenticator, no_key_is_told_from_a_malformed_one) {
    EXPECT_EQ(answer({}), none);
    EXPECT_EQ(answer({{"authorization", ""}}), none);
    EXPECT_EQ(answer({{"authorization", ""}, {"api-key", right}}), "ok");
    for (const std::string value : {"Bearer", "Bearer ", right.c_str(), "Token x", "BEARER x",
                                    "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=/x"})
        EXPECT_EQ(answer({{"authorization", value}}), malformed) << value;
    EXPECT_EQ(answer({{"x-api-key", ""}}), malformed);
    EXPECT_EQ(answer({{"x-litellm-api-key", ""}}), malformed);
}

TEST(authenticator, wrong_keys_are_refused_and_hardly_shown) {
    EXPECT_EQ(answer({{"authorization", "Bearer sk-wrong-0123456789"}}), unknown);
    EXPECT_EQ(answer({{"authorization", "Bearer  " + right}}), no_virtual_key);
    EXPECT_EQ(answer({{"x-api-key", "Bearer " + right}}), no_virtual_key);
    EXPECT_EQ(answer({{"x-api-key", right + "0"}}).find(right), std::string::npos);
    EXPECT_NE(answer({{"x-api-key", right.substr(0, right.size() - 1)}}), "ok");
    EXPECT_NE(answer({{"x-api-key", "sk-short"}}).find("= sk-.... Unable"), std::string::npos);
}

TEST(authenticator, refusals_have_litellms_types) {
    const auto absent = authenticate(make(), {});
    EXPECT_EQ(absent.error().type, "auth_error");
    EXPECT_EQ(absent.error().param, "None");
    const auto wrong = authenticate(make(), {{"api-key", "sk-wrong"}});
    EXPECT_EQ(wrong.error().type, "token_not_found_in_db");
    EXPECT_EQ(wrong.error().param, "key");
}

TEST(authenticator, a_header_of_ones_own_replaces_all_others) {
    const authenticator own = make("X-Gateway-Key");
    EXPECT_EQ(answer(own, {{"x-gateway-key", "Bearer " + right}}), "ok");
    EXPECT_EQ(answer(own, {{"x-gateway-key", right}}), malformed);
    EXPECT_EQ(answer(own, {{"authorization", "Bearer " + right}}), malformed);
    EXPECT_EQ(answer(own, {{"x-gateway-key", "Bearer sk-wrong-0123456789"}}), unknown);
}

TEST(authenticator, without_a_master_key_everybody_may_enter) {
    const authenticator open{config::general_settings()};
    EXPECT_EQ(answer(open, {}), "ok");
    EXPECT_EQ(answer(open, {{"authorization", "nonsense"}}), "ok");
}

} // namespace authenticator_test
} // namespace llm_proxy::auth
