#include "llm_proxy/providers/gemini.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_test {

config::litellm_params bare(const std::string& model) {
    config::litellm_params params;
    params.model = "gemini/" + model;
    return params;
}

struct spot {
    std::string host;
    std::string path;
};

/// Where a chat goes.
spot spot_of(const config::litellm_params& params, const environment& variables = {},
             const std::string& model = {}, bool stream = false,
             model::call_type type = model::call_type::chat_completion) {
    const auto target = deploy(params, variables);
    const std::string body = R"({"messages":[],"input":"x","prompt":"x"})";
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(body, members));
    inbound_call call;
    call.type = type;
    call.body = body;
    call.members = &members;
    call.stream = stream;
    call.upstream_model = model.empty() ? target->upstream_model : model;
    const auto request = translate(call, *target);
    EXPECT_TRUE(request);
    const std::string& head = request->head;
    EXPECT_TRUE(head.starts_with("POST "));
    return {target->origin->host_header, head.substr(5, head.find(" HTTP/1.1\r\n") - 5)};
}

TEST(gemini, the_version_hangs_on_the_model) {
    const spot second = spot_of(bare("gemini-2.5-pro"));
    EXPECT_EQ(second.host, "generativelanguage.googleapis.com");
    EXPECT_EQ(second.path, "/v1beta/models/gemini-2.5-pro:generateContent");
    EXPECT_EQ(spot_of(bare("gemini-3-pro")).path, "/v1alpha/models/gemini-3-pro:generateContent");
    EXPECT_EQ(
        spot_of(bare("gemini-embedding-001"), {}, "", false, model::call_type::embedding).path,
        "/v1beta/models/gemini-embedding-001:batchEmbedContents");
    EXPECT_EQ(spot_of(bare("*"), {}, "gemini-3-pro").path,
              "/v1alpha/models/gemini-3-pro:generateContent");
    EXPECT_EQ(spot_of(bare("*"), {}, "gemini-2.5-pro").path,
              "/v1beta/models/gemini-2.5-pro:generateContent");
}

TEST(gemini, safety_settings_are_the_calls_the_deployments_or_the_operators) {
    config::settings settings;
    settings.litellm.vertex_ai_safety_settings = R"([{"category":"G"}])";
    const auto sent = [&](config::litellm_params params, const std::string& more) {
        params.api_key = secret("k");
        const auto target = build(params, {}, settings).deployments.at(0);
        return ordered::parse(body_of(R"({"messages":[])" + more + "}", *target))["safetySettings"];
    };
    const auto params = bare("gemini-2.5-pro");
    EXPECT_EQ(sent(params, ""), ordered::parse(R"([{"category":"G"}])"));
    EXPECT_EQ(sent(params, R"(,"safety_settings":[1])"), ordered::parse("[1]"));
    EXPECT_EQ(sent(params, R"(,"safetySettings":[2])"), ordered::parse("[2]"));
    auto own = params;
    own.defaults = {{"safety_settings", "[3]"}};
    EXPECT_EQ(sent(own, ""), ordered::parse("[3]"));
}

TEST(gemini, a_text_completion_is_a_chat) {
    inbound_call call;
    call.type = model::call_type::completion;
    const ordered got =
        gemini_body(R"({"prompt":["Once"],"max_tokens":5,"logprobs":3})", model_25, call);
    EXPECT_EQ(got, ordered::parse(R"({"contents":[{"role":"user","parts":[{"text":"Once"}]}],
                                      "generationConfig":{"maxOutputTokens":5}})"));
    for (const char* prompt : {R"(["a","b"])", "[1,2]", "[]", "7"}) {
        EXPECT_TRUE(refusal(R"({"prompt":)" + std::string(prompt) + "}", model_25, call)
                        .starts_with("litellm.BadRequestError: 'prompt' must be one string"))
            << prompt;
    }
    EXPECT_EQ(spot_of(bare("gemini-3-pro"), {}, "", true, model::call_type::completion).path,
              "/v1alpha/models/gemini-3-pro:streamGenerateContent?alt=sse");
}

TEST(gemini, a_configured_base_stays_as_it_is) {
    auto params = bare("gemini-3-pro");
    params.api_base = "http://h:1/v1beta//";
    EXPECT_EQ(spot_of(params).path, "/v1beta/models/gemini-3-pro:generateContent");
    params.api_base = "http://h:1";
    EXPECT_EQ(spot_of(params).path, "/models/gemini-3-pro:generateContent");
    const environment variables{{"GEMINI_API_BASE", "http://e:2/x"}};
    EXPECT_EQ(spot_of(bare("gemini-3-pro"), variables).path,
              "/x/models/gemini-3-pro:generateContent");
    EXPECT_EQ(spot_of(params, variables).host, "h:1");
    params.api_base = "h/v1";
    EXPECT_EQ(build(params).problems.at(0).key, "model_list[0].litellm_params.api_base");
}

TEST(gemini, each_call_has_its_method) {
    const auto params = bare("gemini-2.5-x");
    const auto path = [&](model::call_type type, bool stream, const std::string& model = {}) {
        const std::string full = spot_of(params, {}, model, stream, type).path;
        return full.substr(full.find(':'));
    };
    EXPECT_EQ(path(model::call_type::chat_completion, true), ":streamGenerateContent?alt=sse");
    EXPECT_EQ(path(model::call_type::embedding, true), ":batchEmbedContents");
    EXPECT_EQ(path(model::call_type::image_generation, true), ":generateContent");
    EXPECT_EQ(path(model::call_type::image_generation, false, "imagen-4"), ":predict");
    EXPECT_EQ(path(model::call_type::speech, true), ":generateContent");
}

TEST(gemini, a_models_name_cannot_leave_the_path) {
    EXPECT_EQ(spot_of(bare("*"), {}, "../../x?y#z").path,
              "/v1alpha/models/..%2F..%2Fx%3Fy%23z:generateContent");
    EXPECT_EQ(spot_of(bare("*"), {}, "a b\r\nX: y/%2e").path,
              "/v1alpha/models/a%20b%0D%0AX%3A%20y%2F%252e:generateContent");
}

TEST(gemini, the_key_is_a_header) {
    auto params = bare("gemini-2.5-pro");
    params.extra_headers = {{"X-Extra", "1"}, {"accept", "a/b"}};
    EXPECT_TRUE(deploy(params)->credential_missing);
    const environment all{
        {"GOOGLE_API_KEY", "k1"}, {"GEMINI_API_KEY", "k2"}, {"PALM_API_KEY", "k3"}};
    const auto lines = [&](const environment& variables) {
        const auto target = deploy(params, variables);
        EXPECT_FALSE(target->credential_missing);
        return target->header_lines;
    };
    EXPECT_NE(lines(all).find("\r\nx-goog-api-key: k1\r\n"), std::string::npos);
    EXPECT_NE(lines({{"GEMINI_API_KEY", "k2"}, {"PALM_API_KEY", "k3"}}).find(": k2\r\n"),
              std::string::npos);
    EXPECT_NE(lines({{"PALM_API_KEY", "k3"}}).find(": k3\r\n"), std::string::npos);
    EXPECT_NE(lines(all).find("\r\nX-Extra: 1\r\n"), std::string::npos);
    EXPECT_NE(lines(all).find("\r\nAccept: a/b\r\n"), std::string::npos);
    params.api_key = secret("own");
    EXPECT_NE(lines(all).find(": own\r\n"), std::string::npos);
    EXPECT_EQ(lines(all).find("k1"), std::string::npos);
}

TEST(gemini, other_calls_are_refused) {
    for (const auto type : {model::call_type::moderation, model::call_type::rerank,
                            model::call_type::translation, model::call_type::image_edit}) {
        inbound_call call;
        call.type = type;
        EXPECT_TRUE(refusal(R"({"prompt":"x"})", model_25, call)
                        .starts_with("litellm.BadRequestError: Gemini models do not serve /"));
    }
}

TEST(gemini, a_request_brings_its_answers_translation) {
    const auto target = deploy(params_for("gemini/gemini-2.5-pro"));
    const std::string body = R"({"messages":[{"role":"user","content":"\ud83d\ude00"}]})";
    std::vector<json::member> members;
    ASSERT_TRUE(json::scan(body, members));
    inbound_call call;
    call.body = body;
    call.members = &members;
    call.upstream_model = target->upstream_model;
    outbound_call out;
    ASSERT_TRUE(target->adapter->translate(call, *target, out));
    EXPECT_NE(out.answers, nullptr);
    EXPECT_NE(out.head.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
    EXPECT_EQ(out.pieces.at(1), "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":"
                                "\"\xF0\x9F\x98\x80\"}]}]}");
}

} // namespace gemini_test
} // namespace llm_proxy::providers
