#include "llm_proxy/providers/gemini_routes.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_routes_test {

ordered body_for(model::call_type type, const std::string& text, const std::string& model) {
    inbound_call call;
    call.type = type;
    return gemini_body(text, model, call);
}

std::string embedding(const std::string& text) {
    const auto body = body_for(model::call_type::embedding, text, "gemini-embedding-001");
    return body.contains("requests") ? body["requests"].dump() : body["message"].dump();
}

TEST(gemini_routes, embeddings_are_batches) {
    const std::string head = R"({"model":"models/gemini-embedding-001","content":{"parts":[)";
    EXPECT_EQ(embedding(R"({"input":"a"})"), "[" + head + R"({"text":"a"}]}}])");
    EXPECT_EQ(embedding(R"({"input":["a","b"],"dimensions":2,"task_type":"T","title":"x"})"),
              "[" + head +
                  R"({"text":"a"}]},"outputDimensionality":2,"taskType":"T","title":"x"},)" + head +
                  R"({"text":"b"}]},"outputDimensionality":2,"taskType":"T","title":"x"}])");
    EXPECT_EQ(
        embedding(R"({"input":[["a","data:image/png;base64,aGk="],["gs://b/c.pdf"]]})"),
        "[" + head + R"({"text":"a"},{"inlineData":{"data":"aGk=","mimeType":"image/png"}}]}},)" +
            head + R"({"fileData":{"fileUri":"gs://b/c.pdf","mimeType":"application/pdf"}}]}}])");
    EXPECT_EQ(embedding(R"({"input":"data: none"})"), "[" + head + R"({"text":"data: none"}]}}])");
}

TEST(gemini_routes, embeddings_refuse_what_is_no_text) {
    for (const std::string input :
         {"[1,2]", "[[1,2]]", "7", "{}", "[]", "[[]]", "null", "[null]"}) {
        EXPECT_NE(embedding(R"({"input":)" + input + "}").find("litellm.BadRequestError: "),
                  std::string::npos)
            << input;
    }
    EXPECT_NE(embedding(R"({"input":[1]})").find("token ids"), std::string::npos);
}

TEST(gemini_routes, sizes_have_the_nearest_ratio) {
    EXPECT_EQ(aspect_ratio("1024x1024"), "1:1");
    EXPECT_EQ(aspect_ratio("1024x1536"), "2:3");
    EXPECT_EQ(aspect_ratio("1792X1024"), "16:9");
    EXPECT_EQ(aspect_ratio("1024x1792"), "9:16");
    EXPECT_EQ(aspect_ratio("464x576"), "4:5");
    EXPECT_EQ(aspect_ratio("256x1024"), "1:4");
    for (const char* none :
         {"auto", "", "x", "1x", "0x1", "-1x1", "1x1x1", "1 x1", "99999999999999x1"}) {
        EXPECT_EQ(aspect_ratio(none), "") << none;
    }
}

TEST(gemini_routes, pictures_are_drawn_or_predicted) {
    const auto drawn = [](const std::string& text, const std::string& model) {
        return body_for(model::call_type::image_generation, text, model).dump();
    };
    EXPECT_EQ(
        drawn(R"({"prompt":"a","size":"1024x1536","n":2,"quality":"high"})", "gemini-3-pro-image"),
        R"({"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"responseModalities":)"
        R"(["IMAGE","TEXT"],"imageConfig":{"aspectRatio":"2:3","imageSize":"1K"},)"
        R"("candidateCount":2}})");
    EXPECT_EQ(drawn(R"({"prompt":"a","size":"256x256","n":2})", "imagen-4"),
              R"({"instances":[{"prompt":"a"}],"parameters":{"aspectRatio":"1:1",)"
              R"("imageSize":"512","sampleCount":2}})");
    EXPECT_EQ(drawn(R"({"prompt":"a"})", "imagen-4"),
              R"({"instances":[{"prompt":"a"}],"parameters":{}})");
    EXPECT_NE(drawn(R"({"prompt":7})", "imagen-4").find("'prompt' must be a text."),
              std::string::npos);
}

TEST(gemini_routes, speech_is_wav_or_pcm) {
    const auto spoken = [](const std::string& text, const std::string& model) {
        return body_for(model::call_type::speech, text, model).dump();
    };
    EXPECT_EQ(spoken(R"({"input":"hi","voice":"Kore","response_format":"wav","speed":2})",
                     "gemini-2.5-flash-tts"),
              R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":)"
              R"({"responseModalities":["AUDIO"],"speechConfig":{"voiceConfig":)"
              R"({"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}})");
    inbound_call call;
    call.type = model::call_type::speech;
    EXPECT_EQ(refusal(R"({"input":"hi","response_format":"aac"})", "gemini-2.5-flash-tts", call),
              "litellm.BadRequestError: Gemini TTS only produces raw PCM16 audio, so "
              "response_format='aac' is not supported. Supported response formats: flac, mp3, "
              "opus, pcm, wav.");
    EXPECT_EQ(refusal(R"({"voice":"x"})", "gemini-2.5-flash-tts", call),
              "litellm.BadRequestError: 'input' must be a text.");
}

} // namespace gemini_routes_test
} // namespace llm_proxy::providers
