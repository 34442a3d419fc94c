#include "llm_proxy/providers/openai_compatible.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace openai_compatible_test {

struct row {
    std::string from;
    std::string to;
};

void expect_bodies(const model::deployment& target, const std::vector<row>& table,
                   const inbound_call& call = {}) {
    for (const row& one : table)
        EXPECT_EQ(body_of(one.from, target, call), one.to);
}

TEST(openai_compatible, only_the_model_changes) {
    expect_bodies(*deploy(params_for("openai/m")),
                  {{R"({ "model" : "group", "x":[1, 2.50] ,"stream":false})",
                    R"({ "model" : "m", "x":[1, 2.50] ,"stream":false})"},
                   {R"({"model":"a","model":"b"})", R"({"model":"m","model":"m"})"},
                   {R"({"x":1})", R"({"x":1,"model":"m"})"},
                   {R"({"mod\u0065l":"a"})", R"({"mod\u0065l":"m"})"}});
}

TEST(openai_compatible, the_gateways_own_members_stay) {
    expect_bodies(
        *deploy(params_for("openai/m")),
        {{R"({"model":"a","metadata":{},"tags":[],"seed":1,"timeout":3,"ttl":1})",
          R"({"model":"m","seed":1})"},
         {R"({"api_key":"sk-x","headers":{},"extra_headers":{},"model":"a"})", R"({"model":"m"})"},
         {R"({"api\u005fkey":"sk-x","extra\u005Fheaders":{},"model":"a"})", R"({"model":"m"})"},
         {R"({"litellm_anything":1,"tags":1,"tags":2})", R"({"model":"m"})"},
         {R"({"additional_drop_params":[],"user_config":{},"n":1})", R"({"n":1,"model":"m"})"}});
}

TEST(openai_compatible, a_client_cannot_choose_the_host) {
    const auto target = deploy(params_for("openai/m"));
    const auto refusal = [](const std::string& name) {
        return "Authentication Error, Rejected Request: " + name +
               " is not allowed in request body.";
    };
    expect_bodies(*target, {{R"({"api_base":"http://x"})", refusal("api_base")},
                            {R"({"base_url":null})", refusal("base_url")},
                            {R"({"api\u005fbase":"http://x"})", refusal("api_base")},
                            {R"({"extra_body":{"api_base":"http://x"}})", refusal("api_base")},
                            {R"({"extra_body":{"base\u005furl":"x"}})", refusal("base_url")}});
    std::vector<json::member> members;
    inbound_call call;
    call.body = R"({"api_base":"x"})";
    ASSERT_TRUE(json::scan(call.body, members));
    call.members = &members;
    const auto refused = translate(call, *target);
    EXPECT_EQ(refused.error().status, 401);
    EXPECT_EQ(refused.error().type, "auth_error");
}

TEST(openai_compatible, extra_body_moves_to_the_top) {
    const auto target = deploy(params_for("openai/m"));
    expect_bodies(*target,
                  {{R"({"model":"a","n":1,"extra_body":{"top_k":3,"n":2,"model":"stolen"}})",
                    R"({"model":"m","n":2,"top_k":3})"},
                   {R"({"extr\u0061_body":{"api\u005fkey":"k","x":{"y":[]}}})",
                    R"({"x":{"y":[]},"model":"m"})"},
                   {R"({"extra_body":null})", R"({"model":"m"})"},
                   {R"({"extra_body":[1]})", R"({"model":"m"})"}});
    std::string many = R"({"extra_body":{"a":0)";
    for (int i = 1; i <= 256; ++i)
        many += ",\"p" + std::to_string(i) + "\":0";
    EXPECT_EQ(body_of(many + "}}", *target), "'extra_body' has too many members.");
}

TEST(openai_compatible, the_deployments_defaults_lie_beneath) {
    config::litellm_params params = params_for("openai/m");
    params.defaults = {{"temperature", "0.5"}, {"max_tokens", "7"}};
    params.extra_body = {{"service_tier", "\"flex\""}};
    expect_bodies(*deploy(params),
                  {{R"({"model":"a"})",
                    R"({"model":"m","temperature":0.5,"max_tokens":7,"service_tier":"flex"})"},
                   {R"({"max_tokens":5,"temperature":null,"service_tier":"auto","model":"a"})",
                    R"({"max_tokens":5,"temperature":null,"service_tier":"flex","model":"m"})"}});
}

TEST(openai_compatible, usage_of_streams_is_asked_for) {
    const auto target = deploy(params_for("openai/m"));
    inbound_call call;
    call.stream = true;
    expect_bodies(*target,
                  {{R"({"model":"a"})", R"({"model":"m","stream_options":{"include_usage":true}})"},
                   {R"({"model":"a","stream_options":{"x":1,"include_usage":false}})",
                    R"({"model":"m","stream_options":{"x":1,"include_usage":true}})"},
                   {R"({"model":"a","stream_options":null})",
                    R"({"model":"m","stream_options":{"include_usage":true}})"}},
                  call);
    call.request_usage = false;
    expect_bodies(
        *target,
        {{R"({"model":"a"})", R"({"model":"m"})"},
         {R"({"model":"a","stream_options":{}})", R"({"model":"m","stream_options":{}})"}},
        call);
    call.stream = false;
    expect_bodies(*target, {{R"({"model":"a","stream_options":{}})", R"({"model":"m"})"}}, call);
    call.stream = true;
    call.request_usage = true;
    call.type = model::call_type::speech;
    expect_bodies(*target, {{R"({"model":"a"})", R"({"model":"m"})"}}, call);
}

TEST(openai_compatible, only_openai_knows_the_developer) {
    const std::string from =
        R"({"messages":[{"role":"developer","content":"developer"},{"role":"user"}],"model":"a"})";
    EXPECT_EQ(body_of(from, *deploy(params_for("openai/m"))),
              R"({"messages":[{"role":"developer","content":"developer"},{"role":"user"}],)"
              R"("model":"m"})");
    EXPECT_EQ(body_of(from, *deploy(params_for("lm_studio/m"))),
              R"({"messages":[{"role":"system","content":"developer"},{"role":"user"}],)"
              R"("model":"m"})");
}

TEST(openai_compatible, errors_are_shown_without_credentials) {
    config::litellm_params params = params_for("openai/m");
    params.extra_headers = {{"X-Team-Token", "Bearer top-secret-token"}};
    const auto target = deploy(params);
    const call_names names{"group", target.get()};
    const auto failure = target->adapter->classify(
        {400, R"({"error":{"message":"no sk-upstream-0123456789, top-secret-token",)"
              R"("type":"invalid_request_error","param":"sk-upstream-0123456789"}})"},
        names);
    EXPECT_EQ(failure.message, "litellm.BadRequestError: OpenAIException - no ***, ***\n\n"
                               "LiteLLM: model group 'group' failed with the error above. "
                               "No fallback was attempted.");
    EXPECT_EQ(failure.param, "***");
    EXPECT_EQ(failure.status, 400);
}

} // namespace openai_compatible_test
} // namespace llm_proxy::providers
