#include "llm_proxy/providers/ollama_answer.hpp"

#include <gtest/gtest.h>

#include "providers/ollama_test_support.hpp"
#include <limits>

namespace llm_proxy::providers {
namespace ollama_answer_test {

/// A translation as the adapter makes it, with the deployment it refers to.
struct answers {
    explicit answers(const std::string& prefix, const std::string& body = R"({"messages":[]})",
                     inbound_call call = {})
        : target(ollama_at_home(prefix + "/llama3.1")), random(7) {
        call.random = &random;
        out = outbound_of(body, *target, call);
    }
    translation& operator*() const { return *out->answers; }

    std::shared_ptr<const model::deployment> target;
    fast_random random;
    std::unique_ptr<outbound_call> out;
};

inbound_call of_type(model::call_type type) {
    inbound_call call;
    call.type = type;
    return call;
}

const std::string with_tools = R"({"messages":[],"tools":[{"function":{"name":"f"}}]})";

std::string line(const std::string& message, const std::string& rest = R"(,"done":false)") {
    return R"({"model":"m","message":)" + message + rest + "}";
}

std::string said(const std::string& text) {
    return line(R"({"role":"assistant","content":)" + document(text).dump() + "}");
}

std::string generated(const std::string& text) {
    return R"({"response":)" + document(text).dump() + R"(,"done":false})";
}

const std::string last = line(R"({"role":"assistant","content":""})",
                              R"(,"done":true,"done_reason":"stop","prompt_eval_count":11,)"
                              R"("eval_count":4)");

const std::string two_calls =
    R"({"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":)"
    R"({"z":1,"a":2}}},{"id":"call_1","function":{"name":"g"}}]})";

TEST(ollama_answer, a_chat) {
    document got = answer_of(
        *answers("ollama_chat"),
        line(R"({"role":"assistant","content":"ans","thinking":"hmm"})",
             R"(,"done":true,"done_reason":"length","prompt_eval_count":11,"eval_count":4)"));
    EXPECT_EQ(got["id"].get<std::string>().size(), std::string("chatcmpl-").size() + 36);
    got.erase("id");
    EXPECT_EQ(got.dump(),
              R"({"object":"chat.completion","created":1700000000,"model":"group","choices":[)"
              R"({"finish_reason":"length","index":0,"message":{"role":"assistant","content":)"
              R"("ans","reasoning_content":"hmm"}}],"usage":{"completion_tokens":4,)"
              R"("prompt_tokens":11,"total_tokens":15}})");
}

TEST(ollama_answer, thoughts_between_tags) {
    const document got =
        answer_of(*answers("ollama_chat"), said("<think>hmm</think>ans"))["choices"][0]["message"];
    EXPECT_EQ(got["content"], "ans");
    EXPECT_EQ(got["reasoning_content"], "hmm");
    const document plain = answer_of(*answers("ollama_chat"), said("ans"));
    EXPECT_FALSE(plain["choices"][0]["message"].contains("reasoning_content"));
}

TEST(ollama_answer, calls) {
    document got = answer_of(*answers("ollama_chat"), line(two_calls))["choices"][0];
    EXPECT_EQ(got["finish_reason"], "tool_calls");
    document& first = got["message"]["tool_calls"][0];
    EXPECT_TRUE(first["id"].get<std::string>().starts_with("call_"));
    EXPECT_EQ(first["id"].get<std::string>().size(), 41);
    first.erase("id");
    EXPECT_EQ(got["message"]["tool_calls"].dump(),
              R"([{"type":"function","function":{"name":"f","arguments":"{\"z\":1,\"a\":2}"}},)"
              R"({"id":"call_1","type":"function","function":{"name":"g","arguments":"{}"}}])");
}

TEST(ollama_answer, a_call_as_text) {
    const std::string call = R"( {"name":"f","arguments":{"a":1}} )";
    const document got = answer_of(*answers("ollama", with_tools), generated(call))["choices"][0];
    EXPECT_EQ(got["finish_reason"], "tool_calls");
    EXPECT_TRUE(got["message"]["content"].is_null());
    EXPECT_EQ(got["message"]["tool_calls"][0]["function"].dump(),
              R"({"name":"f","arguments":"{\"a\":1}"})");
    for (const std::string text : {R"({"name":"f"})", R"({"arguments":{}})", "{", "f", "[]",
                                   R"({"name":1,"arguments":{}})", R"({"name":"f","arguments":1})"})
        EXPECT_EQ(answer_of(*answers("ollama", with_tools),
                            generated(text))["choices"][0]["message"]["content"],
                  text);
    EXPECT_EQ(answer_of(*answers("ollama"), generated(call))["choices"][0]["message"]["content"],
              call);
}

TEST(ollama_answer, a_text_completion) {
    document got =
        answer_of(*answers("ollama", R"({"prompt":"x"})", of_type(model::call_type::completion)),
                  generated("ans"));
    EXPECT_TRUE(got["id"].get<std::string>().starts_with("cmpl-"));
    EXPECT_EQ(got["object"], "text_completion");
    EXPECT_EQ(got["choices"].dump(),
              R"([{"finish_reason":"stop","index":0,"text":"ans","logprobs":null}])");
}

TEST(ollama_answer, a_stream) {
    const auto got = stream_of(*answers("ollama_chat"),
                               {line(R"({"role":"assistant","content":"","thinking":"hm"})"),
                                said("Hel"), said("lo"), last, said("never")});
    EXPECT_FALSE(got.failure);
    ASSERT_EQ(got.chunks.size(), 5);
    EXPECT_EQ(got.chunks[0]["choices"].dump(),
              R"([{"index":0,"delta":{"reasoning_content":"hm","role":"assistant"},)"
              R"("finish_reason":null}])");
    EXPECT_EQ(got.chunks[1]["choices"].dump(),
              R"([{"index":0,"delta":{"content":"Hel"},"finish_reason":null}])");
    EXPECT_EQ(got.chunks[3]["choices"].dump(),
              R"([{"index":0,"delta":{},"finish_reason":"stop"}])");
    EXPECT_EQ(got.chunks[4]["choices"].dump(), "[]");
    EXPECT_EQ(got.chunks[4]["usage"].dump(),
              R"({"completion_tokens":4,"prompt_tokens":11,"total_tokens":15})");
    for (const document& chunk : got.chunks) {
        EXPECT_EQ(chunk["id"], got.chunks[0]["id"]);
        EXPECT_EQ(chunk["object"], "chat.completion.chunk");
        EXPECT_EQ(chunk["model"], "group");
        EXPECT_EQ(chunk["created"], 1700000000);
    }
}

TEST(ollama_answer, streamed_calls_have_indexes_of_their_own) {
    const auto got =
        stream_of(*answers("ollama_chat"),
                  {line(two_calls), line(R"({"tool_calls":[{"function":{"name":"h"}}]})"), last});
    EXPECT_EQ(got.calls(), "0 f {\"z\":1,\"a\":2}\n1 g {}\n2 h {}\n");
    EXPECT_EQ(got.finish(), "tool_calls");
}

TEST(ollama_answer, streamed_thoughts_between_tags_at_every_cut) {
    const std::string text = "<think>hm, <b></think>an </think> answer";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const auto got = stream_of(*answers("ollama_chat"),
                                   {said(text.substr(0, cut)), said(text.substr(cut)), last});
        EXPECT_EQ(got.text("reasoning_content"), "hm, <b>") << cut;
        EXPECT_EQ(got.text("content"), "an </think> answer") << cut;
        EXPECT_EQ(got.text("role"), "assistant");
        EXPECT_EQ(got.finish(), "stop");
    }
}

TEST(ollama_answer, a_possible_tag_at_the_end_is_text) {
    const auto got = stream_of(*answers("ollama_chat"), {said("<thi"), last});
    EXPECT_EQ(got.text("content"), "<thi");
    const auto thought = stream_of(*answers("ollama_chat"), {said("<think>a</thi"), last});
    EXPECT_EQ(thought.text("reasoning_content"), "a</thi");
}

TEST(ollama_answer, a_streamed_call_as_text_at_every_cut) {
    const std::string text = R"( {"name":"f","arguments":{"a":"b"}})";
    const std::string end = R"({"response":"","done":true,"done_reason":"stop"})";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const std::vector<std::string> lines{generated(text.substr(0, cut)),
                                             generated(text.substr(cut)), end};
        const auto got = stream_of(*answers("ollama", with_tools), lines);
        EXPECT_EQ(got.calls(), "0 f {\"a\":\"b\"}\n") << cut;
        EXPECT_EQ(got.text("content"), "") << cut;
        EXPECT_EQ(got.finish(), "tool_calls");
        const auto plain = stream_of(*answers("ollama"), lines);
        EXPECT_EQ(plain.text("content"), text);
        EXPECT_EQ(plain.finish(), "stop");
    }
}

TEST(ollama_answer, held_back_text_that_is_no_call_is_text) {
    const std::string end = R"({"response":"!","done":true})";
    const auto object = stream_of(*answers("ollama", with_tools), {generated(R"({"a":)"), end});
    EXPECT_EQ(object.text("content"), R"({"a":!)");
    EXPECT_EQ(object.finish(), "stop");
    const auto text = stream_of(*answers("ollama", with_tools), {generated("a"), generated("{")});
    EXPECT_EQ(text.text("content"), "a{");
    const std::string much = "{" + std::string(600'000, 'x');
    const auto long_text =
        stream_of(*answers("ollama", with_tools), {generated(much), generated(much)});
    EXPECT_EQ(long_text.text("content"), much + much);
}

TEST(ollama_answer, a_streamed_text_completion) {
    const auto got = stream_of(
        *answers("ollama_chat", R"({"prompt":"x"})", of_type(model::call_type::completion)),
        {line(R"({"thinking":"hm"})"), said("Hi"), last});
    ASSERT_EQ(got.chunks.size(), 3);
    EXPECT_EQ(got.chunks[0]["object"], "text_completion");
    EXPECT_EQ(got.chunks[0]["choices"].dump(),
              R"([{"index":0,"text":"Hi","logprobs":null,"finish_reason":null}])");
    EXPECT_EQ(got.chunks[1]["choices"].dump(),
              R"([{"index":0,"text":"","logprobs":null,"finish_reason":"stop"}])");
    EXPECT_EQ(got.chunks[2]["usage"]["total_tokens"], 15);
}

TEST(ollama_answer, errors_in_a_stream_have_the_right_status) {
    const std::vector<std::pair<std::string, int>> table{
        {R"({"error":"llama runner process has terminated"})", 500},
        {R"({"error":"model 'x' not found"})", 404},
        {R"({"error":"model 'x' not found, try pulling it first"})", 404},
        {R"({"error":"rate limited","status":429})", 429},
        {R"({"error":{"message":"x"},"status":9999999999})", 500},
    };
    for (const auto& [text, status] : table) {
        const auto got = stream_of(*answers("ollama_chat"), {said("Hel"), text, last});
        ASSERT_TRUE(got.failure) << text;
        EXPECT_EQ(got.failure->status, status) << text;
        EXPECT_NE(got.failure->message.find("Ollama_chatException - " + text), std::string::npos)
            << got.failure->message;
        EXPECT_EQ(got.text("content"), "Hel");
        EXPECT_EQ(answer_of(*answers("ollama"), text)["status"], status);
    }
}

TEST(ollama_answer, what_is_no_answer_is_an_error) {
    for (const std::string text :
         {"", "<html>", "[]", "{\"done\":true}", "{\"message\":3}", "nul"}) {
        const document got = answer_of(*answers("ollama_chat"), text);
        EXPECT_EQ(got["status"], 500) << text;
        EXPECT_NE(got["error"].get<std::string>().find("Empty or invalid response"),
                  std::string::npos);
    }
    EXPECT_EQ(answer_of(*answers("ollama"), R"({"embeddings":[[1]]})")["status"], 500);
    EXPECT_TRUE(stream_of(*answers("ollama_chat"), {said("a"), "<html>"}).failure);
    EXPECT_TRUE(stream_of(*answers("ollama_chat"), {}).failure);
    const auto broken_off = stream_of(*answers("ollama_chat"), {said("a"), ""});
    ASSERT_TRUE(broken_off.failure);
    EXPECT_NE(broken_off.failure->message.find("before its end"), std::string::npos);
}

TEST(ollama_answer, odd_counts_are_nothing) {
    const document got = answer_of(
        *answers("ollama"),
        R"({"response":"x","prompt_eval_count":-1,"eval_count":18446744073709551615})")["usage"];
    EXPECT_EQ(got, (document{{"completion_tokens", 1LL << 53}}));
}

TEST(ollama_answer, a_missing_count_is_left_to_the_relay) {
    EXPECT_EQ(answer_of(*answers("ollama"), R"({"response":"x","eval_count":3})")["usage"].dump(),
              R"({"completion_tokens":3})");
    const answers from("ollama", R"({"input":["a"]})", of_type(model::call_type::embedding));
    EXPECT_FALSE(answer_of(*from, R"({"model":"n","embeddings":[[1]]})").contains("usage"));
}

TEST(ollama_answer, embeddings) {
    const answers from("ollama", R"({"input":["a","b"]})", of_type(model::call_type::embedding));
    const document got =
        answer_of(*from, R"({"model":"n","embeddings":[[0.1,2],[]],"prompt_eval_count":4})");
    EXPECT_EQ(got.dump(),
              R"({"object":"list","model":"group","data":[{"object":"embedding","index":0,)"
              R"("embedding":[0.1,2]},{"object":"embedding","index":1,"embedding":[]}],)"
              R"("usage":{"completion_tokens":0,"prompt_tokens":4,"total_tokens":4,)"
              R"("completion_tokens_details":null,"prompt_tokens_details":null}})");
    EXPECT_EQ(answer_of(*from, R"({"error":"model 'x' not found"})")["status"], 404);
    for (const std::string text :
         {"", "{}", R"({"embeddings":3})", R"({"embeddings":[3]})", R"({"embeddings":[["x"]]})"})
        EXPECT_EQ(answer_of(*from, text)["status"], 500) << text;
}

TEST(ollama_answer, embeddings_as_base64) {
    const answers from("ollama", R"({"input":"a","encoding_format":"base64"})",
                       of_type(model::call_type::embedding));
    const document got = answer_of(*from, R"({"embeddings":[[1,-2.5,1e300]]})");
    // 1.0, -2.5 and the greatest float32, little-endian.
    EXPECT_EQ(got["data"][0]["embedding"], "AACAPwAAIMD//39/");
}

} // namespace ollama_answer_test
} // namespace llm_proxy::providers
