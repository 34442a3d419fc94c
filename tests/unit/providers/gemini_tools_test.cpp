#include "llm_proxy/providers/gemini_tools.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_tools_test {

/// The body without its contents, for some members besides `messages`.
std::string with(const std::string& members) {
    auto body = gemini_body(R"({"messages":[],)" + members + "}");
    body.erase("contents");
    return body.dump();
}

std::string refused(const std::string& members) {
    return refusal(R"({"messages":[],)" + members + "}");
}

constexpr const char* function = R"({"type":"function","function":{"name":"f"}})";

TEST(gemini_tools, functions_share_one_tool) {
    EXPECT_EQ(with(R"("tools":[{"type":"function","function":{"name":"f","description":"d",)"
                   R"("strict":true,"parameters":{"type":"object","properties":{},)"
                   R"("additionalProperties":false}}},{"function":{"name":"g"}}],)"
                   R"("parallel_tool_calls":true)"),
              R"({"tools":[{"functionDeclarations":[{"name":"f","description":"d",)"
              R"("parameters":{"type":"object"}},{"name":"g"}]}]})");
    EXPECT_EQ(with(R"("tools":[])"), "{}");
}

TEST(gemini_tools, legacy_functions_are_functions) {
    EXPECT_EQ(with(R"("functions":[{"name":"f","parameters":{}}],"function_call":"auto")"),
              R"({"tools":[{"functionDeclarations":[{"name":"f",)"
              R"("parameters":{"type":"object"}}]}]})");
}

TEST(gemini_tools, native_tools_come_in_any_spelling) {
    EXPECT_EQ(with(R"("tools":[{"url_context":{}},{"type":"web_search_preview"},)"
                   R"({"google_maps":{"enableWidget":true,"latitude":1,"longitude":2}},)"
                   R"({"type":"computer_use","environment":"browser","x":1},)"
                   R"({"codeExecution":{}},{"type":"x","google_search_retrieval":{"a":1}},)"
                   R"({"enterprise_web_search":null},{"type":"unknown"}])"),
              R"({"tools":[{"googleSearch":{}},{"googleSearchRetrieval":{"a":1}},)"
              R"({"enterpriseWebSearch":{}},{"codeExecution":{}},{"urlContext":{}},)"
              R"({"googleMaps":{"enableWidget":true}},)"
              R"({"computerUse":{"environment":"ENVIRONMENT_BROWSER"}}]})");
    EXPECT_EQ(with(R"("web_search_options":{})"), R"({"tools":[{"googleSearch":{}}]})");
    EXPECT_EQ(with(R"("web_search_options":{},"tools":[{"type":"web_search"}])"),
              R"({"tools":[{"googleSearch":{}}]})");
}

TEST(gemini_tools, search_does_not_go_with_functions) {
    const std::string tools =
        R"("tools":[{"googleSearch":{}},{"codeExecution":{}},)" + std::string(function) + "]";
    EXPECT_EQ(with(tools + R"(,"web_search_options":{})"),
              R"({"tools":[{"functionDeclarations":[{"name":"f"}]},{"codeExecution":{}}]})");
    EXPECT_EQ(with(tools + R"(,"include_server_side_tool_invocations":true)"),
              R"({"tools":[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}},)"
              R"({"codeExecution":{}}],"toolConfig":{"includeServerSideToolInvocations":true}})");
}

TEST(gemini_tools, tool_choice_is_a_mode) {
    const auto chosen = [](const std::string& choice) { return with("\"tool_choice\":" + choice); };
    const auto mode = [](const std::string& name) {
        return R"({"toolConfig":{"functionCallingConfig":{"mode":")" + name + "\"}}}";
    };
    EXPECT_EQ(chosen("\"auto\""), mode("AUTO"));
    EXPECT_EQ(chosen("\"required\""), mode("ANY"));
    EXPECT_EQ(chosen("\"none\""), mode("NONE"));
    EXPECT_EQ(chosen("null"), "{}");
    EXPECT_EQ(chosen(R"({"type":"function","function":{"name":"f"}})"),
              R"({"toolConfig":{"functionCallingConfig":{"mode":"ANY",)"
              R"("allowedFunctionNames":["f"]}}})");
}

TEST(gemini_tools, malformed_ones_are_the_clients_fault) {
    for (const std::string members :
         {R"("tools":{})", R"("tools":[1])", R"("tools":[{"function":{}}])",
          R"("tools":[{"function":7}])", R"("functions":"f")", R"("tool_choice":"x")",
          R"("tool_choice":7)", R"("tool_choice":{"function":{}})",
          R"("tools":[{"function":{"name":"f","parameters":{"anyOf":[{"type":"null"}]}}}])"}) {
        EXPECT_TRUE(refused(members).starts_with("litellm.BadRequestError: ")) << members;
    }
}

} // namespace gemini_tools_test
} // namespace llm_proxy::providers
