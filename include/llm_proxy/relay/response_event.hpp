#pragma once

#include "llm_proxy/json/scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// What an event of a stream of the Responses API says of the call.
/// https://platform.openai.com/docs/api-reference/responses-streaming
struct response_event {
    std::string type;
    /// It only tells that an answer begins.
    bool opens = false;
    /// It tells an error instead of the rest of the stream.
    bool failed = false;
    /// Nothing follows it.
    bool last = false;
    /// The response that it holds; empty if none.
    std::string_view response;
};

/// Reads an event: a valid JSON object with these members.
response_event read_response_event(std::string_view data, const std::vector<json::member>& members);

} // namespace llm_proxy::relay
