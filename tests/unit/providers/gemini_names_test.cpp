#include "llm_proxy/providers/camel_case.hpp"
#include "llm_proxy/providers/gemini_names.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::providers {
namespace gemini_names_test {

bool third(std::string_view name) {
    return gemini_model(name).third_generation;
}

TEST(gemini_names, tells_the_generation) {
    for (const char* name :
         {"gemini-1.5-pro", "gemini-2.0-flash", "gemini-2.5-flash-lite", "gemini-2", "gemini-1-x",
          "gemini-pro", "gemini-pro-vision", "gemini-flash", "gemini-exp-1206", "gemma-3-27b-it",
          "a/gemini-2.5-x", "GEMINI-2.5-PRO", "gemini-flash-lite", "12345", ""}) {
        EXPECT_FALSE(third(name)) << name;
    }
    for (const char* name : {"gemini-3-flash-preview", "gemini-3.1-pro", "gemini-flash-latest",
                             "gemini-flash-lite-latest", "gemini-pro-latest", "gemini-4-argon",
                             "gemini-20-x", "gemini-2.x", "gemini-experimental", "learnlm-2.0",
                             "deep-research-x", "gemini-profound"}) {
        EXPECT_TRUE(third(name)) << name;
    }
    EXPECT_EQ(gemini_api_version(gemini_model("gemini-3-pro")), "v1alpha");
    EXPECT_EQ(gemini_api_version(gemini_model("gemini-2.5-pro")), "v1beta");
}

TEST(gemini_names, tells_who_does_not_chat) {
    EXPECT_EQ(gemini_mode(gemini_model("gemini-2.5-flash-preview-TTS")), "audio_speech");
    EXPECT_EQ(gemini_mode(gemini_model("gemini-embedding-001")), "embedding");
    EXPECT_EQ(gemini_mode(gemini_model("imagen-4.0-generate-001")), "image_generation");
    EXPECT_EQ(gemini_mode(gemini_model("gemini-2.5-flash-image")), "");
}

TEST(gemini_names, tells_who_takes_json_schema) {
    for (const char* name : {"gemini-2.0-flash", "gemini-2-x", "gemini-3-pro", "gemini-10.1",
                             "tunedModels/gemini-2.5-x", "gemini-x-gemini-2.5-y"}) {
        EXPECT_TRUE(gemini_model(name).json_schema) << name;
    }
    for (const char* name : {"gemini-1.5-pro", "gemini-flash-latest", "gemini-2", "gemini-02-x",
                             "gemma-3", "gemini-"}) {
        EXPECT_FALSE(gemini_model(name).json_schema) << name;
    }
}

TEST(gemini_names, tells_what_a_model_does) {
    EXPECT_TRUE(gemini_model("gemini-2.5-pro").thinks);
    EXPECT_TRUE(gemini_model("gemini-3-pro").thinks);
    EXPECT_FALSE(gemini_model("gemini-2.0-flash").thinks);
    EXPECT_FALSE(gemini_model("gemini-2.5-flash-image").thinks);
    EXPECT_TRUE(gemini_model("gemini-2.5-flash-preview-tts").speech);
    EXPECT_FALSE(gemini_model("gemini-2.5-flash").speech);
    EXPECT_FALSE(gemini_model("imagen-4").gemini_family);
}

TEST(snake_case, becomes_camel_case) {
    EXPECT_EQ(camel_case("max_output_tokens"), "maxOutputTokens");
    EXPECT_EQ(camel_case("topK"), "topK");
    EXPECT_EQ(camel_case("a_1_b"), "a1B");
    EXPECT_EQ(camel_case("_"), "");
}

} // namespace gemini_names_test
} // namespace llm_proxy::providers
