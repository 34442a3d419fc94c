#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_contents.hpp"
#include "llm_proxy/util/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Google's own host, whose base may lack a version.
inline constexpr std::string_view google_host = "generativelanguage.googleapis.com";

/// The path of the base, for what is the same for all models.
std::string gemini_base(const model::deployment& target);

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

/// The body of a chat in which the conversation is cut behind what its client marked to be kept;
/// `cut` stays empty where nothing is, or the call says itself what Gemini has of it.
/// `parameters` becomes what was asked for.
result<void> write_cut_chat(const inbound_call& call, const model::deployment& target,
                            document& parameters, document& body,
                            std::optional<conversation_cut>& cut);

/// The URLs of the files in a chat's messages that must be fetched.
std::vector<std::string> gemini_remote_files(const inbound_call& call);

} // namespace llm_proxy::providers
