#include "llm_proxy/dialects/messages_stream.hpp"
#include "llm_proxy/http/sse.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace llm_proxy::dialects {
namespace messages_stream_test {

using nlohmann::json;

std::string chunk(const std::string& delta, const std::string& finish = "null",
                  const std::string& more = "") {
    return R"({"id":"c","model":"m","choices":[{"index":0,"delta":)" + delta +
           R"(,"finish_reason":)" + finish + "}]" + more + "}";
}

std::string call(const std::string& members, const std::string& arguments) {
    return chunk(R"({"tool_calls":[{)" + members + R"("function":{)" + arguments + "}}]}");
}

struct told {
    std::vector<std::string> events; // `start 0 {...}`, in short
    std::string failure;
    json first; // the message of the start
};

/// An event without what every one of its kind has.
std::string in_short(const std::string& name, const json& data) {
    EXPECT_EQ(data["type"], json(name));
    const std::string index =
        data.contains("index") ? std::to_string(data["index"].get<int>()) : "";
    if (name == "content_block_start")
        return "start " + index + " " + data["content_block"].dump();
    if (name == "content_block_stop")
        return "stop " + index;
    if (name == "message_delta")
        return "end " + data["delta"].dump() + " " + data["usage"].dump();
    if (name != "content_block_delta")
        return name;
    json delta = data["delta"];
    const auto type = delta["type"].get<std::string>();
    delta.erase("type");
    return type + " " + index + " " + delta.begin()->dump();
}

told tell(const std::vector<std::string>& chunks) {
    const tool_name_map names{{"short", "the long name"}};
    messages_stream stream("msg_1", names);
    std::string text;
    told out;
    for (const std::string& one : chunks)
        if (const auto taken = stream.chunk(document::parse(one), text); !taken)
            out.failure = taken.error().message;
    if (out.failure.empty())
        stream.finish(text);
    http::sse_parser parser;
    parser.feed(text);
    http::sse_event event;
    while (parser.next(event)) {
        const json data = json::parse(event.data);
        if (event.name == "message_start")
            out.first = data["message"];
        out.events.push_back(in_short(std::string(event.name), data));
    }
    return out;
}

using list = std::vector<std::string>;

TEST(messages_stream, a_text) {
    const told out = tell({chunk(R"({"role":"assistant","content":"Hel"})"),
                           chunk(R"({"content":"lo"})"), chunk("{}", "\"length\""),
                           R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,
                           "prompt_tokens_details":{"cached_tokens":4}}})"});
    EXPECT_EQ(out.events,
              (list{"message_start", R"(start 0 {"text":"","type":"text"})",
                    R"(text_delta 0 "Hel")", R"(text_delta 0 "lo")", "stop 0",
                    R"(end {"stop_reason":"max_tokens"} )"
                    R"({"cache_read_input_tokens":4,"input_tokens":8,"output_tokens":5})",
                    "message_stop"}));
    EXPECT_EQ(out.first, json::parse(R"({"id":"msg_1","type":"message","role":"assistant",
        "content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,
        "output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}})"));
}

TEST(messages_stream, thoughts_text_and_calls_are_blocks) {
    const told out =
        tell({chunk(R"({"role":"assistant","content":"","reasoning_content":"h"})"),
              chunk(R"({"reasoning":"m","content":null})"), chunk(R"({"content":"Hi"})"),
              call(R"("index":0,"id":"c1",)", R"("name":"short","arguments":"")"),
              call(R"("index":0,)", R"("arguments":"{\"a\":")"),
              call(R"("index":0,)", R"("arguments":"1}")"),
              call(R"("index":1,"id":"c2",)", R"("name":"g","arguments":"{}")"),
              chunk("{}", "\"tool_calls\"")});
    EXPECT_EQ(out.events,
              (list{"message_start", R"(start 0 {"signature":"","thinking":"","type":"thinking"})",
                    R"(thinking_delta 0 "h")", R"(thinking_delta 0 "m")", "stop 0",
                    R"(start 1 {"text":"","type":"text"})", R"(text_delta 1 "Hi")", "stop 1",
                    R"(start 2 {"id":"c1","input":{},"name":"the long name","type":"tool_use"})",
                    R"(input_json_delta 2 "{\"a\":")", R"(input_json_delta 2 "1}")", "stop 2",
                    R"(start 3 {"id":"c2","input":{},"name":"g","type":"tool_use"})",
                    R"(input_json_delta 3 "{}")", "stop 3",
                    R"(end {"stop_reason":"tool_use"} {"input_tokens":0,"output_tokens":0})",
                    "message_stop"}));
}

TEST(messages_stream, one_chunk_may_hold_all) {
    const told out = tell({chunk(
        R"({"content":"a","thinking_blocks":[{"thinking":"t","signature":"s"}],"annotations":[
        {"type":"url_citation","url_citation":{"url":"u","title":"T"}},{"type":"x"}],"tool_calls":[
        {"index":0,"id":"c__thought__+/8=","function":{"name":"f","arguments":"{}"},
         "provider_specific_fields":{"thought_signature":"+/8="}}]})",
        "\"stop\"", R"(,"usage":{"prompt_tokens":1,"completion_tokens":2})")});
    EXPECT_EQ(out.events,
              (list{"message_start", R"(start 0 {"signature":"","thinking":"","type":"thinking"})",
                    R"(thinking_delta 0 "t")", R"(signature_delta 0 "s")", "stop 0",
                    R"(start 1 {"text":"","type":"text"})", R"(text_delta 1 "a")",
                    R"(citations_delta 1 {"cited_text":"","encrypted_index":"","title":"T",)"
                    R"("type":"web_search_result_location","url":"u"})",
                    "stop 1",
                    R"(start 2 {"id":"c__thought__-_8","input":{},"name":"f",)"
                    R"("provider_specific_fields":{"signature":"+/8="},"type":"tool_use"})",
                    R"(input_json_delta 2 "{}")", "stop 2",
                    R"(end {"stop_reason":"end_turn"} {"input_tokens":1,"output_tokens":2})",
                    "message_stop"}));
}

TEST(messages_stream, calls_that_are_all_numbered_alike) {
    const told out = tell({call(R"("index":0,"id":"a",)", R"("name":"f","arguments":"{")"),
                           call(R"("index":0,"id":"a",)", R"("name":"f","arguments":"}")"),
                           call(R"("index":0,"id":"b",)", R"("name":"g","arguments":"{}")"),
                           call(R"("id":"c",)", R"("name":"h","arguments":"[]")"),
                           call("", R"("arguments":"x")")});
    EXPECT_EQ(out.failure, "");
    list deltas;
    for (const std::string& event : out.events)
        if (event.starts_with("input"))
            deltas.push_back(event);
    EXPECT_EQ(deltas, (list{R"(input_json_delta 0 "{")", R"(input_json_delta 0 "}")",
                            R"(input_json_delta 1 "{}")", R"(input_json_delta 2 "[]")",
                            R"(input_json_delta 2 "x")"}));
}

TEST(messages_stream, mixed_calls_are_an_error) {
    const std::vector<std::string> begun{call(R"("index":0,"id":"a",)", R"("name":"f")"),
                                         call(R"("index":1,"id":"b",)", R"("name":"g")")};
    auto mixed = begun;
    mixed.push_back(call(R"("index":0,)", R"("arguments":"{}")"));
    EXPECT_NE(tell(mixed).failure.find("come mixed"), std::string::npos);
    auto late = begun;
    late.push_back(chunk(R"({"content":"x"})"));
    late.push_back(call(R"("index":1,)", R"("arguments":"")"));
    EXPECT_EQ(tell(late).failure, "");
    late.push_back(call(R"("index":1,)", R"("arguments":"{}")"));
    EXPECT_NE(tell(late).failure.find("come mixed"), std::string::npos);
}

TEST(messages_stream, endless_calls_are_an_error) {
    std::vector<std::string> chunks;
    for (int i = 0; i < 1100; ++i)
        chunks.push_back(call(R"("index":)" + std::to_string(i) + ",", R"("name":"f")"));
    EXPECT_NE(tell(chunks).failure.find("too many"), std::string::npos);
}

TEST(messages_stream, a_refusal) {
    const told out = tell({chunk(R"({"refusal":"no"})"), chunk("{}", "\"stop\"")});
    EXPECT_EQ(out.events[2], R"(text_delta 0 "no")");
    EXPECT_EQ(out.events[4],
              R"(end {"stop_details":{"category":null,"explanation":"no","type":"refusal"},)"
              R"("stop_reason":"refusal"} {"input_tokens":0,"output_tokens":0})");
}

TEST(messages_stream, silence_is_an_empty_text) {
    const told out =
        tell({chunk(R"({"role":"assistant","content":""})"), "{}", R"({"choices":[7]})",
              R"({"choices":[{"index":1,"delta":{"content":"other"}}]})", chunk("{}", "\"stop\"")});
    EXPECT_EQ(out.events, (list{"message_start", R"(start 0 {"text":"","type":"text"})", "stop 0",
                                R"(end {"stop_reason":"end_turn"} )"
                                R"({"input_tokens":0,"output_tokens":0})",
                                "message_stop"}));
}

TEST(messages_stream, an_error_is_an_event) {
    std::string out;
    append_messages_error(error(429, "", "slow"), out);
    EXPECT_EQ(out, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                   "\"rate_limit_error\",\"message\":\"slow\"}}\n\n");
}

} // namespace messages_stream_test
} // namespace llm_proxy::dialects
