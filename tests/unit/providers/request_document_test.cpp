#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace {

std::string merged(const std::string& body, const config::litellm_params& params = {}) {
    model::deployment target;
    target.defaults = params.defaults;
    target.extra_body = params.extra_body;
    inbound_call call;
    call.body = body;
    const auto request = merged_request(call, target);
    return request ? dump_json(*request) : request.error().message;
}

TEST(merged_request, keeps_what_is_for_the_provider_in_its_order) {
    EXPECT_EQ(merged(R"({"model":"x","z":1,"metadata":{},"a":[2],"api_key":"k","tags":[]})"),
              R"({"z":1,"a":[2]})");
    EXPECT_EQ(merged(R"({"a":null,"b":1})"), R"({"b":1})");
    EXPECT_EQ(merged(R"({"a":1,"a":2})"), R"({"a":2})");
}

TEST(merged_request, lays_the_layers_over_one_another) {
    config::litellm_params params;
    params.defaults = {{"temperature", "0.5"}, {"seed", "1"}, {"top_p", "0.9"}};
    params.extra_body = {{"think", "true"}};
    EXPECT_EQ(merged(R"({"seed":2,"top_p":null,"think":false,"extra_body":{"seed":3,"model":"y",)"
                     R"("api_key":"k"}})",
                     params),
              R"({"seed":3,"think":true,"temperature":0.5})");
    EXPECT_EQ(merged(R"({"extra_body":null})"), "{}");
}

TEST(merged_request, a_client_cannot_choose_the_host) {
    for (const std::string body : {R"({"api_base":"x"})", R"({"extra_body":{"base_url":"x"}})"})
        EXPECT_NE(merged(body).find("is not allowed in request body"), std::string::npos);
}

std::string wide_object(int members) {
    std::string out = "{";
    for (int i = 0; i < members; ++i)
        out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    return out + "}";
}

TEST(parse_document, bounds_what_would_be_slow) {
    EXPECT_TRUE(parse_document(wide_object(4096)));
    EXPECT_FALSE(parse_document(wide_object(4097)));
    EXPECT_FALSE(parse_document("[" + wide_object(100'000) + "]"));
    const auto both = parse_document("[" + wide_object(2500) + "," + wide_object(2500) + "]");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->at(1).size(), 2500);
    EXPECT_FALSE(parse_document("[" + wide_object(4000) + "," + wide_object(4000) + "]"));
    EXPECT_NE(merged("{\"x\":" + wide_object(5000) + "}").find("thousands of members"),
              std::string::npos);
    std::string extra = wide_object(257);
    EXPECT_EQ(merged("{\"extra_body\":" + extra + "}"), "'extra_body' has too many members.");
}

TEST(merged_request, refuses_what_would_grow_without_end) {
    std::string list;
    for (int i = 0; i < 4'200'000; ++i)
        list += ",0";
    EXPECT_EQ(merged("{\"x\":[0" + list + "]}"), "The request has too many values.");
}

TEST(parse_document, refuses_what_is_no_json) {
    const std::string deep(600, '[');
    for (const std::string& text :
         std::vector<std::string>{"", "{", "nul", "{} {}", "\xff", deep + std::string(600, ']')})
        EXPECT_FALSE(parse_document(text)) << text;
    EXPECT_TRUE(parse_document(std::string(500, '[') + std::string(500, ']')));
}

} // namespace
} // namespace llm_proxy::providers
