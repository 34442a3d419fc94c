#include "llm_proxy/providers/form_rules.hpp"

#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace {

std::string field(const std::string& name, const std::string& value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

const std::string file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\""
                         "\r\n\r\nRIFF\r\n";
const std::string end = "--b--\r\n";

result<sent> send(const std::string& body, const std::string& upstream_model = "whisper-1") {
    const auto target = deploy(params_for("openai/" + upstream_model));
    const auto parts = http::parse_multipart(body, "b").value();
    inbound_call call;
    call.type = model::call_type::transcription;
    call.body = body;
    call.parts = &parts;
    call.content_type = "multipart/form-data; boundary=\"b\"";
    call.upstream_model = target->upstream_model;
    return translate(call, *target);
}

TEST(form_rules, only_the_model_changes) {
    const auto request = send(field("model", "group") + file + field("language", "de") + end);
    EXPECT_EQ(request->body, field("model", "whisper-1") + file + field("language", "de") + end);
    EXPECT_NE(request->head.find("POST /v1/audio/transcriptions HTTP/1.1\r\n"), std::string::npos);
    EXPECT_NE(request->head.find("\r\nContent-Type: multipart/form-data; boundary=\"b\"\r\n"),
              std::string::npos);
}

TEST(form_rules, a_model_from_the_path_gets_a_part) {
    EXPECT_EQ(send(file + end)->body, field("model", "whisper-1") + file + end);
    EXPECT_EQ(send(end)->body, field("model", "whisper-1") + end);
}

TEST(form_rules, the_model_goes_once) {
    EXPECT_EQ(send(field("model", "a") + file + field("model", "b") + end)->body,
              field("model", "whisper-1") + file + end);
    EXPECT_EQ(send(field("model", "") + end)->body, field("model", "whisper-1") + end);
}

TEST(form_rules, the_gateways_own_parts_stay) {
    EXPECT_EQ(send(field("api_key", "sk-x") + field("model", "a") + field("headers", "{}") + file +
                   field("custom_llm_provider", "x") + field("timeout", "3") + end)
                  ->body,
              field("model", "whisper-1") + file + end);
}

TEST(form_rules, a_name_cannot_make_parts) {
    const auto refused = send(file + end, "x\r\n--b");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().status, 400);
}

} // namespace
} // namespace llm_proxy::providers
