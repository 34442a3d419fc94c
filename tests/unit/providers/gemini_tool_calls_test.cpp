#include "llm_proxy/providers/gemini_signature.hpp"
#include "llm_proxy/providers/gemini_tool_calls.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_tool_calls_test {

std::string calls(const std::string& list) {
    return R"({"role":"assistant","content":null,"tool_calls":[)" + list + "]}";
}

std::string call(const std::string& id, const std::string& more = "") {
    return R"({"id":")" + id + R"(","type":"function","function":{"name":"f_)" + id.substr(0, 1) +
           R"(","arguments":"{\"x\":1}"})" + more + "}";
}

std::string tool(const std::string& id, const std::string& content) {
    return R"({"role":"tool","tool_call_id":")" + id + R"(","content":)" + content + "}";
}

constexpr const char* no_signature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

TEST(gemini_signature, joins_and_splits) {
    EXPECT_EQ(join_signature("a", "b="), "a__thought__b=");
    EXPECT_EQ(split_signature("a__thought__b=").id, "a");
    EXPECT_EQ(split_signature("a__thought__b=").signature, "b=");
    EXPECT_EQ(split_signature("a").id, "a");
    EXPECT_EQ(split_signature("a").signature, "");
}

TEST(gemini_tool_calls, results_find_their_function) {
    EXPECT_EQ(gemini_contents(calls(call("a") + "," + call("b")) + "," +
                              tool("b", R"("{\"t\":20}")") + "," + tool("a", "\"[1]\"") +
                              R"(,{"role":"user","content":"u"})")
                  .dump(),
              R"([{"role":"model","parts":[{"functionCall":{"name":"f_a","args":{"x":1}}},)"
              R"({"functionCall":{"name":"f_b","args":{"x":1}}}]},)"
              R"({"role":"user","parts":[{"functionResponse":{"name":"f_b","response":{"t":20}}},)"
              R"({"functionResponse":{"name":"f_a","response":{"content":"[1]"}}}]},)"
              R"({"role":"user","parts":[{"text":"u"}]}])");
}

TEST(gemini_tool_calls, generation_3_gets_ids_and_a_signature) {
    EXPECT_EQ(
        gemini_contents(calls(call("a") + "," + call("b")) + "," + tool("a", "\"r\""), model_3)
            .dump(),
        R"([{"role":"model","parts":[{"functionCall":{"name":"f_a","args":{"x":1},"id":"a"},)"
        R"("thoughtSignature":")" +
            std::string(no_signature) +
            R"("},{"functionCall":{"name":"f_b","args":{"x":1},"id":"b"}}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"f_a",)"
            R"("response":{"content":"r"},"id":"a"}}]}])");
}

TEST(gemini_tool_calls, signatures_are_found_wherever_they_were_kept) {
    const std::string in_function =
        R"({"id":"c","function":{"name":"f","provider_specific_fields":{"thought_signature":"S3"}}})";
    const auto parts = gemini_contents(
        calls(call("a__thought__S1=") + "," +
              call("b", R"(,"provider_specific_fields":{"thought_signature":"S2"})") + "," +
              in_function) +
            "," + tool("a__thought__S1=", "\"r\"") + "," + tool("b", "\"r\""),
        model_3);
    EXPECT_EQ(parts[0]["parts"][0]["thoughtSignature"], "S1=");
    EXPECT_EQ(parts[0]["parts"][0]["functionCall"]["id"], "a");
    EXPECT_EQ(parts[0]["parts"][1]["thoughtSignature"], "S2");
    EXPECT_EQ(parts[0]["parts"][2]["thoughtSignature"], "S3");
    EXPECT_EQ(parts[1]["parts"][0]["functionResponse"]["id"], "a");
    EXPECT_EQ(parts[1]["parts"][1]["functionResponse"]["name"], "f_b");
}

TEST(gemini_tool_calls, arguments_may_be_empty_or_an_object) {
    const auto args = [](const std::string& arguments) {
        return gemini_contents(calls(R"({"id":"a","function":{"name":"f","arguments":)" +
                                     arguments + "}}"))[0]["parts"][0]["functionCall"]["args"]
            .dump();
    };
    EXPECT_EQ(args(R"("")"), R"({"type":"object"})");
    EXPECT_EQ(args("null"), R"({"type":"object"})");
    EXPECT_EQ(args(R"({"a":1})"), R"({"a":1})");
}

TEST(gemini_tool_calls, legacy_functions_are_found_by_name) {
    EXPECT_EQ(
        gemini_contents(R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}},)"
                        R"({"role":"function","name":"f","content":"r"})")
            .dump(),
        R"([{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},)"
        R"({"role":"user","parts":[{"functionResponse":{"name":"f",)"
        R"("response":{"content":"r"}}}]}])");
}

TEST(gemini_tool_calls, results_may_hold_media) {
    const auto parts = gemini_contents(
        calls(call("a")) + "," +
        tool("a", R"([{"type":"text","text":"see"},{"type":"text","text":" it"},)"
                  R"({"type":"input_image","image_url":"data:image/png;base64,aGk="},)"
                  R"({"type":"file","file":{"file_data":"data:application/pdf;base64,aGk="}}])"));
    EXPECT_EQ(parts[1]["parts"][0]["functionResponse"].dump(),
              R"({"name":"f_a","response":{"content":"see it"},)"
              R"("parts":[{"inlineData":{"data":"aGk=","mimeType":"image/png"}},)"
              R"({"inlineData":{"data":"aGk=","mimeType":"application/pdf"}}]})");
    const auto image =
        gemini_contents(calls(call("a")) + "," + tool("a", R"("data:image/png;base64,aGk=")"));
    EXPECT_EQ(image[1]["parts"][0]["functionResponse"]["response"].dump(), R"({"content":""})");
    EXPECT_EQ(image[1]["parts"][0]["functionResponse"]["parts"].size(), 1);
}

TEST(gemini_tool_calls, malformed_ones_are_the_clients_fault) {
    EXPECT_TRUE(refused_messages(calls(call("a")) + "," + tool("b", "\"r\""))
                    .starts_with("litellm.BadRequestError: Missing corresponding tool call for "
                                 "tool response message."));
    // Calls count until the next ones.
    EXPECT_TRUE(
        refused_messages(calls(call("a")) + "," + calls(call("b")) + "," + tool("a", "\"r\""))
            .starts_with("litellm.BadRequestError: Missing"));
    for (const std::string& message :
         {calls("1"), calls("{}"), calls(R"({"function":{"name":1}})"),
          calls(R"({"function":{"name":"f","arguments":"{"}})"),
          calls(R"({"function":{"name":"f","arguments":"[]"}})"),
          calls(R"({"function":{"name":"f","arguments":7}})"),
          std::string(R"({"role":"assistant","tool_calls":"x"})"),
          std::string(R"({"role":"assistant","function_call":"x"})"),
          std::string(R"({"role":"tool","content":"x"})"), calls(call("a")) + "," + tool("a", "7"),
          calls(call("a")) + "," + tool("a", "[7]")}) {
        EXPECT_TRUE(refused_messages(message).starts_with("litellm.BadRequestError: ")) << message;
    }
}

} // namespace gemini_tool_calls_test
} // namespace llm_proxy::providers
