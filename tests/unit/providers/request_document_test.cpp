#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace request_document_test {

/// Both documents, `parameters extra`, or the refusal.
std::string read(const std::string& body, const config::litellm_params& params = {}) {
    model::deployment target;
    target.defaults = params.defaults;
    target.extra_body = params.extra_body;
    target.parameters.dropped = params.additional_drop_params;
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(body, members));
    inbound_call call;
    call.body = body;
    call.members = &members;
    nlohmann::ordered_json parameters;
    nlohmann::ordered_json extra;
    const auto done = read_request(call, target, parameters, extra);
    return done ? dump_json(parameters) + " " + dump_json(extra) : done.error().message;
}

TEST(read_request, keeps_what_is_for_the_provider_in_its_order) {
    EXPECT_EQ(read(R"({"model":"x","z":1,"metadata":{},"a":[2],"api_key":"k","tags":[]})"),
              R"({"z":1,"a":[2]} {})");
    EXPECT_EQ(read(R"({"a":null,"b":1})"), R"({"b":1} {})");
    EXPECT_EQ(read(R"({"a":1,"a":2})"), R"({"a":2} {})");
}

TEST(read_request, lays_the_layers_over_one_another) {
    config::litellm_params params;
    params.defaults = {{"temperature", "0.5"}, {"seed", "1"}, {"top_p", "0.9"}};
    params.extra_body = {{"think", "true"}};
    EXPECT_EQ(read(R"({"seed":2,"top_p":null,"think":false,"extra_body":{"seed":3,"model":"y",)"
                   R"("api_key":"k"}})",
                   params),
              R"({"seed":2,"think":false,"temperature":0.5} {"seed":3,"think":true})");
    EXPECT_EQ(read(R"({"extra_body":null})"), "{} {}");
    EXPECT_EQ(read(R"({"extra_body":{"a":null}})"), "{} {}");
}

TEST(read_request, a_client_cannot_choose_the_host) {
    for (const std::string body : {R"({"api_base":"x"})", R"({"extra_body":{"base_url":"x"}})"})
        EXPECT_NE(read(body).find("is not allowed in request body"), std::string::npos);
}

TEST(read_request, leaves_out_what_is_named) {
    config::litellm_params params;
    params.defaults = {{"seed", "1"}};
    params.extra_body = {{"top_k", "1"}, {"think", "true"}};
    params.additional_drop_params = {"seed", "top_k", "tools[*].strict"};
    EXPECT_EQ(
        read(R"({"tools":[{"strict":true,"type":"function"}],"extra_body":{"top_k":2}})", params),
        R"({"tools":[{"type":"function"}]} {"think":true})");
}

std::string wide_object(int members) {
    std::string out = "{";
    for (int i = 0; i < members; ++i)
        out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    return out + "}";
}

TEST(read_request, bounds_what_would_be_slow) {
    EXPECT_EQ(read("{\"x\":" + wide_object(8000) + "}"),
              "The request body nests too deep or has too many members.");
    EXPECT_EQ(read("{\"extra_body\":" + wide_object(257) + "}"),
              "'extra_body' has too many members.");
}

TEST(read_request, refuses_what_would_grow_without_end) {
    std::string list;
    for (int i = 0; i < 4'200'000; ++i)
        list += ",0";
    EXPECT_EQ(read("{\"x\":[0" + list + "]}"), "The request has too many values.");
}

} // namespace request_document_test
} // namespace llm_proxy::providers
