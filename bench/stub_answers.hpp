#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::bench {

/// What a request for a chat completion gets, chosen by what its body asks for.
enum class answer_kind {
    whole,       ///< one JSON answer at once
    stream,      ///< all frames, one write each
    held_whole,  ///< model `slow-body`: the JSON answer once it is released
    held_stream, ///< model `hold`: the first frame, and the others once it is released
};

answer_kind kind_of(std::string_view request_body);

/// A complete response with a JSON body.
std::string json_response(std::string_view status, std::string_view json);

/// A chat completion with usage, about 300 bytes of JSON.
std::string completion_response();

/// A stream as the pieces to be written one by one: first the response head with the first frame,
/// then a frame each, last `[DONE]` with the end of the body. 50 frames, of which the last one
/// brings the usage, as for a request with `stream_options.include_usage`.
std::vector<std::string> stream_pieces();

/// What Gemini says for the completion above.
std::string gemini_response();

/// What Gemini says for the stream above: 48 events, of which the last one ends it and brings the
/// usage.
std::vector<std::string> gemini_pieces();

} // namespace llm_proxy::bench
