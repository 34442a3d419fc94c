#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <vector>

namespace llm_proxy::providers {

/// A request as Gemini's REST interface takes it (ai.google.dev/api).
struct gemini_request {
    /// What follows the model in the path: `:generateContent`, with a query where there is one.
    std::string method;
    std::string body;
    /// How the answer is to be read.
    gemini_answer_options answer;
};

/// Makes the request of a call; refused with a plain text where the client's is malformed or
/// Gemini has no such call.
result<gemini_request> make_gemini_request(const inbound_call& call,
                                           const model::deployment& target);

/// The URLs of the files in a chat's messages that must be fetched.
std::vector<std::string> gemini_remote_files(const inbound_call& call);

} // namespace llm_proxy::providers
