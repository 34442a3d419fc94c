#include "llm_proxy/providers/gemini_outputs.hpp"
#include "llm_proxy/util/base64.hpp"

#include <gmock/gmock.h>

#include "providers/gemini_answer_test_support.hpp"
#include <bit>
#include <cstring>

namespace llm_proxy::providers {
namespace gemini_outputs_test {

using model::call_type;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* two_embeddings =
    R"({"embeddings":[{"values":[0.1,2]},{"values":[-1e-7,0.25]}]})";

TEST(gemini_embeddings, are_a_list) {
    const auto options = gemini_options(call_type::embedding);
    EXPECT_EQ(gemini_chat(two_embeddings, options), json::parse(R"({
        "object":"list","model":"gemini-2.5-flash",
        "data":[{"object":"embedding","index":0,"embedding":[0.1,2]},
                {"object":"embedding","index":1,"embedding":[-1e-7,0.25]}]})"));
}

TEST(gemini_embeddings, tell_the_usage_that_the_upstream_tells) {
    const auto options = gemini_options(call_type::embedding);
    EXPECT_EQ(
        gemini_chat(R"({"embeddings":[{"values":[]}],"usageMetadata":{"promptTokenCount":4}})",
                    options)["usage"],
        json::parse(R"({"prompt_tokens":4,"total_tokens":4})"));
}

TEST(gemini_embeddings, base64_is_little_endian_single_precision) {
    auto options = gemini_options(call_type::embedding);
    options.base64_embeddings = true;
    const auto data = gemini_chat(R"({"embeddings":[{"values":[1,-2.5,1e300]}]})", options)["data"];
    const auto bytes = base64_decode(data[0]["embedding"].get<std::string>());
    ASSERT_TRUE(bytes);
    ASSERT_EQ(bytes->size(), 12U);
    EXPECT_EQ(bytes->substr(0, 4), std::string("\0\0\x80\x3f", 4));
    EXPECT_EQ(bytes->substr(4, 4), std::string("\0\0\x20\xc0", 4));
    EXPECT_EQ(bytes->substr(8, 4), std::string("\xff\xff\x7f\x7f", 4));
}

TEST(gemini_embeddings, what_are_none_is_an_error) {
    for (const std::string text :
         {"{}", R"({"embeddings":[]})", R"({"embeddings":[1]})",
          R"({"embeddings":[{"values":["x"]}]})", R"({"embeddings":[{"values":1}]})"}) {
        const auto out = gemini_answer_body(text, gemini_options(call_type::embedding));
        ASSERT_FALSE(out) << text;
        EXPECT_EQ(out.error().status, 500) << text;
    }
}

constexpr const char* two_images = R"({"candidates":[
    {"content":{"parts":[{"text":"Here"},
        {"inlineData":{"mimeType":"image/png","data":"SKETCH"},"thought":true},
        {"inlineData":{"mimeType":"image/png","data":"QQ=="}}]}},
    {"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"Qg=="}}]}}],
    "usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1290,"totalTokenCount":1294,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":4}],
        "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}})";

TEST(gemini_images, are_openai_s_image_answer) {
    EXPECT_EQ(gemini_chat(two_images, gemini_options(call_type::image_generation)), json::parse(R"({
        "created":1000,"data":[{"b64_json":"QQ=="},{"b64_json":"Qg=="}],
        "usage":{"input_tokens":4,"output_tokens":1290,"total_tokens":1294,
            "input_tokens_details":{"image_tokens":0,"text_tokens":4},
            "output_tokens_details":{"image_tokens":1290,"text_tokens":0}}})"));
}

TEST(gemini_images, imagen_s_predictions_are_too) {
    EXPECT_EQ(gemini_chat(R"({"predictions":[{"mimeType":"image/png","bytesBase64Encoded":"QQ=="},
                              {"raiFilteredReason":"x"}]})",
                          gemini_options(call_type::image_generation)),
              json::parse(R"({"created":1000,"data":[{"b64_json":"QQ=="}]})"));
}

TEST(gemini_images, no_image_is_an_error_that_says_why) {
    const auto answer_of = [](const std::string& text) {
        const auto out = gemini_answer_body(text, gemini_options(call_type::image_generation));
        EXPECT_FALSE(out) << text;
        return out.error();
    };
    const auto unsafe = answer_of(with_candidate(R"("finishReason":"IMAGE_SAFETY")"));
    EXPECT_EQ(unsafe.status, 400);
    EXPECT_THAT(unsafe.message, HasSubstr("ContentPolicyViolationError"));
    EXPECT_THAT(unsafe.message, HasSubstr("The answer holds no image (IMAGE_SAFETY)."));
    EXPECT_EQ(answer_of(R"({"promptFeedback":{"blockReason":"OTHER"}})").status, 400);
    EXPECT_EQ(answer_of(R"({"predictions":[{"raiFilteredReason":"x"}]})").status, 400);
    const auto none = answer_of(with_parts(R"({"text":"I cannot"})"));
    EXPECT_EQ(none.status, 502);
    EXPECT_THAT(none.message, HasSubstr("GeminiException - The answer holds no image (STOP)."));
}

std::string sound(const std::string& mime, const std::string& data = "AQACAAMABAA=") {
    return with_parts(R"({"inlineData":{"mimeType":")" + mime + R"(","data":")" + data + "\"}}");
}

translated_body speech(const std::string& text, const std::string& format) {
    auto options = gemini_options(call_type::speech);
    options.speech_format = format;
    const auto out = gemini_answer_body(text, options);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *out : translated_body{};
}

const std::string samples("\1\0\2\0\3\0\4\0", 8);

TEST(gemini_speech, wav_has_a_header) {
    const auto out = speech(sound("audio/L16;codec=pcm;rate=24000"), "wav");
    EXPECT_EQ(out.content_type, "audio/wav");
    EXPECT_EQ(base64_encode(out.bytes),
              "UklGRiwAAABXQVZFZm10IBAAAAABAAEAwF0AAIC7AAACABAAZGF0YQgAAAAB"
              "AAIAAwAEAA==");
}

TEST(gemini_speech, the_rate_is_the_upstream_s) {
    const auto rate_of = [](const std::string& mime) {
        std::uint32_t rate = 0;
        std::memcpy(&rate, speech(sound(mime), "wav").bytes.data() + 24, sizeof rate);
        return rate;
    };
    EXPECT_EQ(rate_of("audio/L16;codec=pcm;rate=16000"), 16000U);
    EXPECT_EQ(rate_of("audio/l16; Rate=8000"), 8000U);
    EXPECT_EQ(rate_of("audio/L16"), 24000U);
    EXPECT_EQ(rate_of("audio/L16;rate="), 24000U);
    EXPECT_EQ(rate_of("audio/L16;rate"), 24000U);
    EXPECT_EQ(rate_of("audio/L16;rate=0"), 24000U);
    EXPECT_EQ(rate_of("audio/L16;rate=99999999999"), 24000U);
    EXPECT_EQ(speech(sound("audio/L16;channels=2"), "wav").bytes[22], 2);
}

TEST(gemini_speech, pcm_is_bare) {
    const auto out = speech(sound("audio/L16;codec=pcm;rate=24000"), "pcm");
    EXPECT_EQ(out.content_type, "audio/pcm");
    EXPECT_EQ(out.bytes, samples);
}

TEST(gemini_speech, other_formats_are_left_to_be_encoded) {
    const auto out = speech(sound("audio/L16;codec=pcm;rate=16000;channels=2"), "mp3");
    EXPECT_EQ(out.content_type, "audio/mpeg");
    EXPECT_EQ(out.bytes, samples);
    ASSERT_TRUE(out.encoding);
    EXPECT_EQ(out.encoding->as, audio::format::mp3);
    EXPECT_EQ(out.encoding->rate, 16000U);
    EXPECT_EQ(out.encoding->channels, 2U);
    EXPECT_EQ(speech(sound("audio/L16"), "opus").encoding->as, audio::format::opus);
    EXPECT_FALSE(speech(sound("audio/L16"), "pcm").encoding);
    EXPECT_FALSE(speech(sound("audio/mpeg"), "flac").encoding);
}

TEST(gemini_speech, tells_the_usage_that_the_upstream_tells) {
    const std::string counted =
        R"(,"usageMetadata":{"promptTokenCount":5,)"
        R"("candidatesTokenCount":20,"totalTokenCount":25,)"
        R"("candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":20}]})";
    std::string text = sound("audio/L16");
    EXPECT_EQ(speech(text, "pcm").usage, "");
    text.insert(text.size() - 1, counted);
    const json usage = json::parse(speech(text, "pcm").usage);
    EXPECT_EQ(usage["prompt_tokens"], 5);
    EXPECT_EQ(usage["completion_tokens_details"]["audio_tokens"], 20);
}

TEST(gemini_speech, other_sound_is_passed_on_under_its_own_name) {
    EXPECT_EQ(speech(sound("audio/mpeg;x=1"), "wav").content_type, "audio/mpeg");
    EXPECT_EQ(speech(sound("audio/mpeg"), "wav").bytes, samples);
    EXPECT_EQ(speech(sound(R"(audio/x\r\nset-cookie: a)"), "wav").content_type,
              "application/octet-stream");
}

TEST(gemini_speech, no_audio_is_an_error_that_says_so) {
    const auto failure_of = [](const std::string& text) {
        const auto out = gemini_answer_body(text, gemini_options(call_type::speech));
        EXPECT_FALSE(out) << text;
        return out.error();
    };
    const auto none = failure_of(with_parts(R"({"text":"hello"})"));
    EXPECT_EQ(none.status, 502);
    EXPECT_THAT(none.message, HasSubstr("The answer holds no audio (STOP)."));
    EXPECT_EQ(failure_of("{}").status, 502);
    EXPECT_EQ(failure_of(sound("audio/L16", "!")).status, 502);
    const auto broken =
        failure_of(with_parts(R"({"inlineData":{"mimeType":"audio/L16","data":"QQ=="}},
                      {"inlineData":{"mimeType":"audio/L16","data":"!"}})"));
    EXPECT_THAT(broken.message, HasSubstr("no audio that can be read"));
}

} // namespace gemini_outputs_test
} // namespace llm_proxy::providers
