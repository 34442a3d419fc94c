#include "stub_answers.hpp"

#include <charconv>

namespace llm_proxy::bench {
namespace {

constexpr int frame_count = 50;

constexpr std::string_view completion_json =
    R"({"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench",)"
    R"("choices":[{"index":0,"message":{"role":"assistant","content":)"
    R"("The quick brown fox jumps over the lazy dog."},"logprobs":null,"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":12,"completion_tokens":10,"total_tokens":22}})";

constexpr std::string_view frame_begin =
    R"({"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,)"
    R"("model":"bench","system_fingerprint":"fp_bench","choices":[)";

constexpr std::string_view usage_end =
    R"(],"usage":{"prompt_tokens":12,"completion_tokens":47,"total_tokens":59}})";

std::string chunk(std::string_view data) {
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
    return std::string(size, end).append("\r\n").append(data).append("\r\n");
}

std::string frame(int number) {
    std::string json(frame_begin);
    if (number == 1)
        json += R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
    else if (number == frame_count)
        json += usage_end;
    else if (number == frame_count - 1)
        json += R"({"index":0,"delta":{},"finish_reason":"stop"}]})";
    else
        json += R"({"index":0,"delta":{"content":" word"},"finish_reason":null}]})";
    return chunk("data: " + json + "\n\n");
}

constexpr int gemini_event_count = 48;

std::string gemini_answer(std::string_view text, bool last) {
    std::string json = R"({"candidates":[{"content":{"role":"model","parts":[{"text":")";
    json.append(text).append(R"("}]},)");
    if (last)
        json += R"("finishReason":"STOP",)";
    return json + R"("index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":10,)"
                  R"("totalTokenCount":22,"promptTokensDetails":[{"modality":"TEXT",)"
                  R"("tokenCount":12}]},"modelVersion":"gemini-2.5-flash","responseId":"bench"})";
}

std::string stream_head() {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
           "Transfer-Encoding: chunked\r\n\r\n";
}

/// Whether the JSON text has the member `key` (with its quotes) followed by `value`.
bool has_member(std::string_view json, std::string_view key, std::string_view value) {
    for (auto at = json.find(key); at != std::string_view::npos; at = json.find(key, at + 1)) {
        const auto rest = json.find_first_not_of(": ", at + key.size());
        if (rest != std::string_view::npos && json.substr(rest).starts_with(value))
            return true;
    }
    return false;
}

} // namespace

answer_kind kind_of(std::string_view request_body) {
    const bool stream = has_member(request_body, "\"stream\"", "true");
    if (stream && has_member(request_body, "\"model\"", "\"hold\""))
        return answer_kind::held_stream;
    if (has_member(request_body, "\"model\"", "\"slow-body\""))
        return answer_kind::held_whole;
    return stream ? answer_kind::stream : answer_kind::whole;
}

std::string json_response(std::string_view status, std::string_view json) {
    return std::string("HTTP/1.1 ")
        .append(status)
        .append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(json.size()))
        .append("\r\n\r\n")
        .append(json);
}

std::string completion_response() {
    return json_response("200 OK", completion_json);
}

std::vector<std::string> stream_pieces() {
    std::vector<std::string> pieces{stream_head() + frame(1)};
    for (int number = 2; number <= frame_count; ++number)
        pieces.push_back(frame(number));
    pieces.push_back(chunk("data: [DONE]\n\n") + "0\r\n\r\n");
    return pieces;
}

std::string gemini_response() {
    return json_response("200 OK",
                         gemini_answer("The quick brown fox jumps over the lazy dog.", true));
}

std::vector<std::string> gemini_pieces() {
    std::vector<std::string> pieces;
    for (int number = 1; number <= gemini_event_count; ++number) {
        const bool last = number == gemini_event_count;
        pieces.push_back(chunk("data: " + gemini_answer(" word", last) + "\r\n\r\n"));
    }
    pieces.front().insert(0, stream_head());
    pieces.back() += "0\r\n\r\n";
    return pieces;
}

} // namespace llm_proxy::bench
