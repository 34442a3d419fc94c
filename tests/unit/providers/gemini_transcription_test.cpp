#include "llm_proxy/providers/gemini_transcription.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_transcription_test {

const std::string file_part = "Content-Disposition: form-data; name=\"file\"; "
                              "filename=\"talk.mp3\"\r\nContent-Type: audio/x\r\n\r\nabc";

std::string field_part(const std::string& name, const std::string& value) {
    return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value;
}

std::string form_of(const std::vector<std::string>& parts) {
    std::string body;
    for (const std::string& part : parts) {
        body += "--b\r\n" + part + "\r\n";
    }
    return body + "--b--\r\n";
}

/// The request for a form, or the refusal's text as its body.
sent asked(const std::vector<std::string>& parts, const std::string& base = "http://up:1") {
    auto params = params_for("gemini/gemini-3.5-transcribe");
    params.drop_params = false;
    params.api_base = base;
    const auto target = deploy(params);
    const std::string body = form_of(parts);
    const auto found = http::parse_multipart(body, "b");
    EXPECT_TRUE(found);
    inbound_call call;
    call.type = model::call_type::transcription;
    call.body = body;
    call.parts = &*found;
    call.upstream_model = "gemini-3.5-transcribe";
    call.requested_model = "group";
    const auto request = translate(call, *target);
    return request ? *request : sent{"", request.error().message};
}

TEST(gemini_transcription, an_audio_file_is_sent_inline) {
    const sent request = asked({file_part, field_part("model", "x"), field_part("language", "en")});
    EXPECT_TRUE(request.head.starts_with("POST /v1beta/interactions HTTP/1.1\r\n"));
    EXPECT_NE(request.head.find("\r\nApi-Revision: 2026-05-20\r\n"), std::string::npos);
    EXPECT_EQ(ordered::parse(request.body), ordered::parse(R"({"model":"gemini-3.5-transcribe",
        "input":[{"type":"audio","data":"YWJj","mime_type":"audio/mpeg"}],
        "generation_config":{"transcription_config":{"language_codes":["en-US"]}}})"));
    for (const char* base : {"http://up:1/v1beta", "http://up:1/v1beta/"}) {
        EXPECT_TRUE(asked({file_part}, base).head.starts_with("POST /v1beta/interactions "));
    }
    EXPECT_TRUE(asked({file_part}, "http://up:1/x").head.starts_with("POST /x/v1beta/interact"));
}

TEST(gemini_transcription, times_of_words_are_asked_for) {
    const auto body =
        ordered::parse(asked({file_part, field_part("timestamp_granularities[]", "word"),
                              field_part("language", "zh-TW")})
                           .body);
    EXPECT_EQ(body["generation_config"]["transcription_config"],
              ordered::parse(R"({"language_codes":["zh-TW"],"mode":{"type":"verbatim",
                  "timestamp_granularities":["word"],"diarization_mode":"speaker"}})"));
    EXPECT_TRUE(ordered::parse(asked({file_part, field_part("response_format", "srt")})
                                   .body)["generation_config"]["transcription_config"]
                    .contains("mode"));
    EXPECT_FALSE(ordered::parse(asked({file_part}).body).contains("generation_config"));
}

TEST(gemini_transcription, what_is_missing_or_unknown_is_refused) {
    EXPECT_NE(asked({field_part("model", "x")}).body.find("'file' must be an audio file"),
              std::string::npos);
    EXPECT_NE(asked({file_part, field_part("response_format", "xml")}).body.find("not 'xml'"),
              std::string::npos);
    EXPECT_NE(asked({file_part, field_part("prompt", "x")})
                  .body.find("UnsupportedParamsError: Setting prompt is not supported by gemini."),
              std::string::npos);
}

} // namespace gemini_transcription_test
} // namespace llm_proxy::providers
