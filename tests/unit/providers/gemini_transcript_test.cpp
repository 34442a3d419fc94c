#include "llm_proxy/providers/gemini_transcription.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_answer_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_transcript_test {

using nlohmann::json;

const std::string answer = R"({"id":"i","status":"completed","steps":[{"type":"output","content":[
    {"type":"text","text":"Hello","annotations":[
        {"type":"word_info","text":"Hello","start_offset":"0s","end_offset":"0.5s","speaker":"A"},
        {"type":"other","text":"x"}]},
    {"type":"thought","text":"no"},{"type":"text","text":"there."}]}],
    "usage":{"total_tokens":15,"total_input_tokens":10,"total_output_tokens":5,
             "input_tokens_by_modality":[{"modality":"audio","tokens":8}]}})";

TEST(gemini_transcript, the_transcript_has_its_words_and_tokens) {
    auto options = gemini_options(model::call_type::transcription);
    options.transcript_format = "json";
    const auto out = gemini_answer_body(answer, options);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->content_type, "application/json");
    EXPECT_EQ(json::parse(out->bytes), json::parse(R"({"text":"Hello there.","task":"transcribe",
        "duration":0.5,"words":[{"word":"Hello","start":0.0,"end":0.5,"speaker":"A"}],
        "usage":{"type":"tokens","input_tokens":10,"output_tokens":5,"total_tokens":15,
                 "input_token_details":{"audio_tokens":8,"text_tokens":2}}})"));
    options.transcript_format = "text";
    const auto plain = gemini_answer_body(answer, options);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(plain->bytes, "Hello there.\n");
    EXPECT_EQ(json::parse(plain->usage), json::parse(out->bytes)["usage"]);
    EXPECT_EQ(out->usage, ""); // it stands in the answer
    options.transcript_format = "srt";
    const auto srt = gemini_answer_body(answer, options);
    ASSERT_TRUE(srt);
    EXPECT_EQ(srt->bytes, "1\n00:00:00,000 --> 00:00:00,500\nHello\n\n");
    options.transcript_format = "vtt";
    EXPECT_TRUE(
        gemini_answer_body(answer, options)->bytes.starts_with("WEBVTT\n\n00:00:00.000 --> "));
}

TEST(gemini_transcript, one_that_did_not_complete_is_an_error) {
    for (const char* text : {R"({"status":"failed","steps":[]})", "{}", R"({"candidates":[]})"}) {
        const auto out = gemini_answer_body(text, gemini_options(model::call_type::transcription));
        ASSERT_FALSE(out) << text;
        EXPECT_EQ(out.error().status, 502);
        EXPECT_NE(out.error().message.find("did not complete"), std::string::npos);
    }
}

} // namespace gemini_transcript_test
} // namespace llm_proxy::providers
