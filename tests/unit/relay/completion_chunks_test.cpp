#include "llm_proxy/relay/completion_chunks.hpp"

#include <gmock/gmock.h>

namespace llm_proxy::relay {
namespace completion_chunks_test {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(completion_chunks, tell_a_chat_completion_as_a_stream) {
    EXPECT_THAT(
        completion_chunks(
            R"({"id":"1","object":"chat.completion","created":7,"model":"up","choices":[{"index":0,)"
            R"("message":{"role":"assistant","content":null,"tool_calls":[{"id":"a"},{"id":"b"}]},)"
            R"("finish_reason":"tool_calls"}],"usage":{"total_tokens":3}})"),
        ElementsAre(
            R"({"id":"1","object":"chat.completion.chunk","created":7,"model":"up",)"
            R"("choices":[{"index":0,"finish_reason":null,"delta":{"role":"assistant","content":null,)"
            R"("tool_calls":[{"id":"a","index":0},{"id":"b","index":1}]}}]})",
            R"({"id":"1","object":"chat.completion.chunk","created":7,"model":"up",)"
            R"("choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})",
            R"({"id":"1","object":"chat.completion.chunk","created":7,"model":"up",)"
            R"("choices":[],"usage":{"total_tokens":3}})"));
}

TEST(completion_chunks, tell_a_text_completion_and_every_choice) {
    EXPECT_THAT(completion_chunks(R"({"choices":[{"index":0,"text":"a","finish_reason":"length"},)"
                                  R"({"index":1,"text":"b"}]})"),
                ElementsAre(R"({"choices":[{"index":0,"text":"a","finish_reason":null}]})",
                            R"({"choices":[{"index":0,"text":"","finish_reason":"length"}]})",
                            R"({"choices":[{"index":1,"text":"b","finish_reason":null}]})",
                            R"({"choices":[{"index":1,"text":"","finish_reason":"stop"}]})"));
}

TEST(completion_chunks, are_none_of_anything_else) {
    for (const std::string_view text : {"", "[]", "<html>", "{}", R"({"choices":[]})",
                                        R"({"choices":[1]})", R"({"choices":[{"index":0}]})"}) {
        EXPECT_THAT(completion_chunks(text), IsEmpty()) << text;
    }
}

} // namespace completion_chunks_test
} // namespace llm_proxy::relay
