#include "llm_proxy/providers/gemini_request.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_request_test {

result<gemini_request> make(const std::string& text, const config::litellm_params& params,
                            inbound_call call = {}) {
    const auto target = deploy(params);
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(text, members));
    call.body = text;
    call.members = &members;
    call.upstream_model = target->upstream_model;
    return make_gemini_request(call, *target);
}

std::string body_with(const std::string& members, const config::litellm_params& params) {
    const auto made = make(R"({"messages":[],)" + members + "}", params);
    if (!made) {
        return made.error().message;
    }
    auto body = ordered::parse(made->body);
    body.erase("contents");
    return body.dump();
}

TEST(gemini_request, settings_beside_the_conversation) {
    const auto params = params_for("gemini/gemini-2.5-flash");
    EXPECT_EQ(
        body_with(R"("safety_settings":[{"category":"c"}],"cached_content":"cachedContents/x",)"
                  R"("service_tier":"auto")",
                  params),
        R"({"safetySettings":[{"category":"c"}],"cachedContent":"cachedContents/x",)"
        R"("serviceTier":"priority"})");
    EXPECT_EQ(body_with(R"("service_tier":"default")", params), R"({"serviceTier":"standard"})");
    EXPECT_EQ(body_with(R"("service_tier":"FLEX")", params), R"({"serviceTier":"flex"})");
}

TEST(gemini_request, deployments_parameters_lie_beneath_the_clients) {
    auto params = params_for("gemini/gemini-2.5-flash");
    params.defaults = {{"temperature", "0.5"}, {"seed", "1"}, {"n", "2"}};
    params.extra_body = {{"safety_settings", "[1]"}, {"generationConfig", R"({"topK":9})"}};
    EXPECT_EQ(body_with(R"("temperature":0.7,"seed":null)", params),
              R"({"generationConfig":{"temperature":0.7,"candidateCount":2,"topK":9},)"
              R"("safetySettings":[1]})");
}

TEST(gemini_request, clients_extra_body_is_merged) {
    const auto params = params_for("gemini/gemini-2.5-flash");
    EXPECT_EQ(
        body_with(R"("seed":1,"extra_body":{"generation_config":{"topK":2},"labels":{"a":"b"},)"
                  R"("cache":1,"tags":[],"model":"other","api_key":"k"})",
                  params),
        R"({"generationConfig":{"seed":1,"topK":2},"labels":{"a":"b"}})");
    EXPECT_EQ(body_with(R"("extra_body":"x")", params), "{}");
}

TEST(gemini_request, clients_cannot_choose_where_calls_go) {
    const auto params = params_for("gemini/gemini-2.5-flash");
    for (const std::string members :
         {R"("api_base":"http://evil")", R"("extra_body":{"base_url":"http://evil"})"}) {
        const auto made = make(R"({"messages":[],)" + members + "}", params);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().status, 401);
    }
}

TEST(gemini_request, named_parameters_are_dropped) {
    EXPECT_EQ(body_with(R"("temperature":1,"seed":2,"additional_drop_params":["temperature"])",
                        params_for("gemini/gemini-2.5-flash")),
              R"({"generationConfig":{"seed":2}})");
}

TEST(gemini_request, resolution_of_generation_2_is_the_requests) {
    const std::string body = R"({"messages":[{"role":"user","content":[{"type":"text","text":"t"},)"
                             R"({"type":"image_url","image_url":{"url":"gs://b/a.png",)"
                             R"("detail":"low"}}]}]})";
    EXPECT_EQ(gemini_body(body)["generationConfig"].dump(),
              R"({"mediaResolution":"MEDIA_RESOLUTION_LOW"})");
    EXPECT_EQ(gemini_body(body, model_3)["generationConfig"].dump(), R"({"temperature":1.0})");
}

TEST(gemini_request, tells_the_answer_what_was_asked) {
    const auto params = params_for("gemini/gemini-2.5-flash");
    inbound_call call;
    call.requested_model = "group";
    call.created = 7;
    const auto chat = make(R"({"messages":[],"functions":[{"name":"f"}]})", params, call);
    ASSERT_TRUE(chat);
    EXPECT_TRUE(chat->answer.legacy_functions);
    EXPECT_EQ(chat->answer.model, "gemini-2.5-flash");
    EXPECT_EQ(chat->answer.requested_model, "group");
    EXPECT_EQ(chat->answer.created, 7);
    EXPECT_FALSE(make(R"({"messages":[],"tools":[{"function":{"name":"f"}}]})", params, call)
                     ->answer.legacy_functions);
    call.type = model::call_type::embedding;
    EXPECT_TRUE(make(R"({"input":"a","encoding_format":"base64"})", params, call)
                    ->answer.base64_embeddings);
    call.type = model::call_type::speech;
    EXPECT_EQ(make(R"({"input":"a"})", params, call)->answer.speech_format, "wav");
    EXPECT_EQ(make(R"({"input":"a","response_format":"pcm"})", params, call)->answer.speech_format,
              "pcm");
}

TEST(gemini_request, lists_files_to_be_fetched) {
    inbound_call call;
    const std::string body =
        R"({"messages":[{"role":"user","content":[)"
        R"({"type":"image_url","image_url":{"url":"https://h/a.png"}},)"
        R"({"type":"image_url","image_url":{"url":"https://h/a.png"}},)"
        R"({"type":"file","file":{"file_id":"http://h/b.pdf"}},)"
        R"({"type":"file","file":{"file_id":"https://generativelanguage.googleapis.com/v1beta/files/c"}},)"
        R"({"type":"text","text":"https://h/no.png"}]}]})";
    call.body = body;
    EXPECT_EQ(gemini_remote_files(call),
              (std::vector<std::string>{"https://h/a.png", "http://h/b.pdf"}));
    call.type = model::call_type::embedding;
    EXPECT_TRUE(gemini_remote_files(call).empty());
    call.type = model::call_type::chat_completion;
    call.body = R"({"messages":[{"role":"user","content":"http image_url"},7]})";
    EXPECT_TRUE(gemini_remote_files(call).empty());
}

} // namespace gemini_request_test
} // namespace llm_proxy::providers
