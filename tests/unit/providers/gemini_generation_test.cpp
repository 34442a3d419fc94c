#include "llm_proxy/providers/gemini_generation.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_generation_test {

std::string config(const std::string& members, const std::string& model = model_25) {
    const auto body = gemini_body(R"({"messages":[],)" + members + "}", model);
    return body.contains("generationConfig") ? body["generationConfig"].dump() : body.dump();
}

TEST(gemini_generation, openais_parameters_have_their_fields) {
    EXPECT_EQ(config(R"("temperature":0.5,"top_p":0.9,"top_k":4,"max_tokens":1,"n":2,"seed":3,)"
                     R"("max_completion_tokens":7,"stop":"x","presence_penalty":0.1,)"
                     R"("frequency_penalty":0.2,"logprobs":true,"top_logprobs":3,"user":"u",)"
                     R"("logit_bias":{},"metadata":{},"foo":1,"top_k":null)"),
              R"({"temperature":0.5,"topP":0.9,"maxOutputTokens":7,"candidateCount":2,"seed":3,)"
              R"("presencePenalty":0.1,"frequencyPenalty":0.2,"responseLogprobs":true,)"
              R"("stopSequences":["x"]})");
    EXPECT_EQ(config(R"("stop":["a","b"])"), R"({"stopSequences":["a","b"]})");
}

TEST(gemini_generation, generation_3_has_a_temperature_and_no_penalties) {
    EXPECT_EQ(config(R"("presence_penalty":1,"frequency_penalty":1)", model_3),
              R"({"temperature":1.0})");
    EXPECT_EQ(config(R"("temperature":0)", model_3), R"({"temperature":0})");
}

TEST(gemini_generation, geminis_own_names_pass) {
    EXPECT_EQ(config(R"("top_k":4,"maxOutputTokens":5,"max_tokens":1,)"
                     R"("thinking_config":{"thinking_budget":1},"image_config":{"a":1})"),
              R"({"maxOutputTokens":5,"topK":4,"thinkingConfig":{"thinking_budget":1},)"
              R"("imageConfig":{"a":1}})");
}

constexpr const char* schema =
    R"({"type":"object","properties":{"b":{"type":["string","null"]},"a":{}},)"
    R"("additionalProperties":false})";

TEST(gemini_generation, json_schema_goes_as_it_is_where_it_may) {
    const std::string format = R"("response_format":{"type":"json_schema","json_schema":)"
                               R"({"name":"n","strict":true,"schema":)" +
                               std::string(schema) + "}}";
    EXPECT_EQ(config(format), R"({"responseMimeType":"application/json","responseJsonSchema":)" +
                                  std::string(schema) + "}");
    EXPECT_EQ(config(format, "gemini-1.5-pro"),
              R"({"responseMimeType":"application/json","responseSchema":{"type":"object",)"
              R"("properties":{"b":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
              R"("a":{"type":"object"}},"propertyOrdering":["b","a"]}})");
}

TEST(gemini_generation, json_and_text_are_media_types) {
    EXPECT_EQ(config(R"("response_format":{"type":"json_object"})"),
              R"({"responseMimeType":"application/json"})");
    EXPECT_EQ(config(R"("response_format":{"type":"text"})"),
              R"({"responseMimeType":"text/plain"})");
    EXPECT_EQ(config(R"("response_format":{"type":"json_object","response_schema":{}})"),
              R"({"responseMimeType":"application/json","responseJsonSchema":{}})");
    for (const std::string odd : {"7", "{}", R"({"type":"x"})", "null"}) {
        EXPECT_EQ(config("\"temperature\":1,\"response_format\":" + odd), R"({"temperature":1})");
    }
}

TEST(gemini_generation, maps_need_the_newer_form_of_json) {
    EXPECT_EQ(config(R"("tools":[{"googleMaps":{}}],"response_format":{"type":"json_schema",)"
                     R"("json_schema":{"schema":{"type":"object"}}})"),
              R"({"responseFormat":{"text":{"mimeType":"APPLICATION_JSON",)"
              R"("schema":{"type":"object"}}}})");
}

TEST(gemini_generation, speech_is_for_models_that_speak) {
    const std::string tts = "gemini-2.5-flash-preview-tts";
    EXPECT_EQ(config(R"("modalities":["text","image","video","x"],"audio":{"voice":"Kore"})"),
              R"({"responseModalities":["TEXT","IMAGE","VIDEO","MODALITY_UNSPECIFIED"]})");
    EXPECT_EQ(config(R"("audio":{"voice":"Kore","format":"pcm16","language_code":"de"})", tts),
              R"({"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}},)"
              R"("languageCode":"de"},"responseModalities":["AUDIO"]})");
    EXPECT_EQ(config(R"("modalities":["audio"],"audio":{})", tts),
              R"({"speechConfig":{},"responseModalities":["AUDIO"]})");
    EXPECT_TRUE(refusal(R"({"messages":[],"audio":{"format":"mp3"}})", tts)
                    .starts_with("litellm.BadRequestError: Unsupported audio format"));
}

} // namespace gemini_generation_test
} // namespace llm_proxy::providers
