#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// What an answer's translation needs to know of its request.
struct responses_options {
    std::string requested_model;
    std::int64_t created = 0;
    /// For ids that the upstream does not give; null takes the kernel's randomness.
    random_source* random = nullptr;
    /// Its adapter words the errors. Outlives the translation.
    const model::deployment* target = nullptr;
};

/// Answers of OpenAI's Responses API, whole or as a stream, as chat completions.
/// https://platform.openai.com/docs/api-reference/responses
std::unique_ptr<translation> make_responses_translation(responses_options options);

// What whole answers and streams have in common.

/// The client's error for what is no answer.
error responses_invalid(std::string_view text, const responses_options& options);

/// The client's error for an `error` object (`{"code":…,"message":…}`) of an answer or an event.
error responses_failure(const document& failure, const responses_options& options);

/// The `output` of a response; empty if it has none.
const document& output_items(const document& response);

/// A `usage` in a chat's names; null if `response` has none.
document chat_usage(const document& response);

/// `length`, `content_filter`, `tool_calls` or `stop`.
std::string_view chat_finish_reason(const document& response, bool has_calls);

/// Whether an output item calls a tool.
bool is_call(const document& item);

/// The id by which a call's result will name it.
std::string call_id_of(const document& item, random_source* random);

/// The text that a call passes: the JSON of its arguments, or free text.
std::string_view call_input_of(const document& item);

/// What the message items of `output` say.
std::string output_text(const document& output);

/// The reasoning items of `output`, for a next turn to give back; an empty array if there are none.
document reasoning_items(const document& output);

} // namespace llm_proxy::providers
