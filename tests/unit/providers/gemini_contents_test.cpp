#include "llm_proxy/providers/gemini_contents.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_contents_test {

std::string user(const std::string& content) {
    return R"({"role":"user","content":)" + content + "}";
}

std::string assistant(const std::string& members) {
    return R"({"role":"assistant",)" + members + "}";
}

TEST(gemini_contents, system_messages_stand_apart_whatever_the_model) {
    for (const char* model : {model_25, model_3, "gemini-2.0-flash", "gemma-3-27b-it"}) {
        const auto body = gemini_body(
            R"({"messages":[{"role":"system","content":"a"},{"role":"user","content":"x"},)"
            R"({"role":"developer","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]},)"
            R"({"role":"user","content":"y"},{"role":"system","content":""}]})",
            model);
        EXPECT_EQ(body["systemInstruction"].dump(), R"({"parts":[{"text":"a"},{"text":"bc"}]})");
        EXPECT_EQ(body["contents"].dump(),
                  R"([{"role":"user","parts":[{"text":"x"},{"text":"y"}]}])");
    }
}

TEST(gemini_contents, there_is_always_a_content) {
    EXPECT_EQ(gemini_contents("").dump(), R"([{"role":"user","parts":[{"text":" "}]}])");
    EXPECT_EQ(gemini_contents(R"({"role":"system","content":"a"})").dump(),
              R"([{"role":"user","parts":[{"text":"."}]}])");
}

TEST(gemini_contents, neighbours_of_one_role_are_joined) {
    EXPECT_EQ(gemini_contents(user("\"a\"") + "," + user("\"b\"") + "," +
                              assistant(R"("content":"c")") + "," +
                              assistant(R"("content":[{"type":"text","text":"d"},{"type":"x"}])") +
                              "," + user("\"e\""))
                  .dump(),
              R"([{"role":"user","parts":[{"text":"a"},{"text":"b"}]},)"
              R"({"role":"model","parts":[{"text":"c"},{"text":"d"}]},)"
              R"({"role":"user","parts":[{"text":"e"}]}])");
}

TEST(gemini_contents, media_need_a_text) {
    EXPECT_EQ(gemini_contents(user(R"([{"type":"image_url","image_url":"gs://b/a.png"}])")).dump(),
              R"([{"role":"user","parts":[{"fileData":{"fileUri":"gs://b/a.png",)"
              R"("mimeType":"image/png"}},{"text":" "}]}])");
    EXPECT_EQ(gemini_contents(user(R"([{"type":"text","text":""},{"type":"video_url"}])")).dump(),
              R"([{"role":"user","parts":[{"text":" "}]}])");
}

TEST(gemini_contents, takes_sounds_and_files) {
    const auto parts = gemini_contents(user(
        R"([{"type":"input_audio","input_audio":{"data":"aGk=","format":"mp3"}},)"
        R"({"type":"file","file":{"file_data":"data:application/pdf;base64,aGk="}},)"
        R"({"type":"file","file":{"file_id":"gs://b/v","mime_type":"video/mp4","video_metadata":{"fps":1}}},)"
        R"({"type":"file","file":{"file_id":"files/abc","format":"a/b"}},)"
        R"({"type":"text","text":"t"}])"))[0]["parts"];
    EXPECT_EQ(
        parts.dump(),
        R"([{"inlineData":{"data":"aGk=","mimeType":"audio/mp3"}},)"
        R"({"inlineData":{"data":"aGk=","mimeType":"application/pdf"}},)"
        R"({"fileData":{"fileUri":"gs://b/v","mimeType":"video/mp4"},"videoMetadata":{"fps":1}},)"
        R"({"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc",)"
        R"("mimeType":"a/b"}},{"text":"t"}])");
}

TEST(gemini_contents, assistants_give_back_thoughts_and_pictures) {
    EXPECT_EQ(gemini_contents(
                  assistant(R"("content":"b","reasoning_content":"why","provider_specific_fields":)"
                            R"({"thought_signatures":["U0lH","X"]},)"
                            R"("images":[{"image_url":{"url":"data:image/png;base64,aGk="}},{}])"))
                  .dump(),
              R"([{"role":"model","parts":[{"thought":true,"text":"why"},)"
              R"({"text":"b","thoughtSignature":"U0lH"},)"
              R"({"inlineData":{"data":"aGk=","mimeType":"image/png"}}]}])");
}

TEST(gemini_contents, a_signature_is_given_back_once) {
    const auto parts = gemini_contents(assistant(
        R"("content":"b","provider_specific_fields":{"thought_signatures":["U0lH"]},)"
        R"("tool_calls":[{"id":"c1__thought__U0lH","function":{"name":"f","arguments":"{}"}}])"));
    EXPECT_EQ(parts.dump(),
              R"([{"role":"model","parts":[{"text":"b"},)"
              R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"U0lH"}]}])");
}

TEST(gemini_contents, malformed_messages_are_the_clients_fault) {
    const std::string prefix = "litellm.BadRequestError: ";
    for (
        const std::string message :
        {"1",
         "null",
         "{}",
         R"({"role":"x","content":"a"})",
         R"({"role":1})",
         R"({"role":"user","content":1})",
         R"({"role":"user","content":["a"]})",
         R"({"role":"user","content":[{"text":"a"}]})",
         R"({"role":"user","content":[{"type":"text","text":7}]})",
         R"({"role":"system","content":{}})",
         R"({"role":"assistant","content":1})",
         R"({"role":"user","content":[{"type":"image_url"}]})",
         R"({"role":"user","content":[{"type":"image_url","image_url":{}}]})",
         R"({"role":"user","content":[{"type":"image_url","image_url":7}]})",
         R"({"role":"user","content":[{"type":"input_audio"}]})",
         R"({"role":"user","content":[{"type":"input_audio","input_audio":{"data":"aGk="}}]})",
         R"({"role":"user","content":[{"type":"input_audio","input_audio":{"data":"!","format":"wav"}}]})",
         R"({"role":"user","content":[{"type":"file"}]})",
         R"({"role":"user","content":[{"type":"file","file":"x"}]})",
         R"({"role":"assistant","images":[{"image_url":{"url":"x"}}]})"}) {
        EXPECT_TRUE(refused_messages(message).starts_with(prefix)) << message;
    }
    EXPECT_TRUE(refusal(R"({"messages":"x"})").starts_with(prefix));
    EXPECT_TRUE(refusal(R"({"messages":null})").starts_with(prefix));
    EXPECT_EQ(refused_messages(user("\"a\"") + R"(,{"role":"bot"})"),
              prefix + "Invalid Message passed in - message[1] has no known role.");
}

} // namespace gemini_contents_test
} // namespace llm_proxy::providers
