#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::dialects {

// Parts of a response (https://platform.openai.com/docs/api-reference/responses/object) that are
// made of parts of a chat.

/// What a response repeats of its request.
document response_echo(const document& request);

/// A response that is in progress, without its id.
document new_response(const document& echo, std::int64_t created);

/// A chat's usage in the names of the API; a `cost` stays.
document response_usage(const document& usage);

/// One citation of a chat; null if it is none of the web.
document response_annotation(const document& annotation);

/// The status that a chat's end stands for, which is set with `incomplete_details`: `completed` or
/// `incomplete`.
std::string_view set_status(std::string_view finish_reason, document& response);

/// The text of a tool of free text, whose function got it as JSON; what is no such JSON is the text
/// itself.
std::string free_text_of(std::string_view arguments);

/// The Base64 text of a `data:` URL; empty if it is none.
std::string_view image_data(std::string_view url);

/// The members of an `error` event: those of the API, and an `error` as in other streams, by which
/// OpenAI's clients raise it.
document error_members(const error& failure);

} // namespace llm_proxy::dialects
