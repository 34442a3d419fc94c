#pragma once

#include "llm_proxy/dialects/messages_names.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::dialects {

/// A whole chat completion, its first choice, as a message of Anthropic's: thoughts, text and calls
/// of tools, in this order. An error for arguments of a tool that are no JSON, unless the model was
/// cut off within them.
result<document> message_of_chat(const document& completion, const tool_name_map& names);

/// The usage of a chat as Anthropic counts: the tokens of the cache apart from those of the input.
/// Zeros where there is none, as clients rely on both numbers.
document messages_usage(const document* usage);

/// `end_turn`, `max_tokens`, `tool_use` or `refusal`.
std::string_view messages_stop_reason(std::string_view finish_reason);

/// What a refusal is explained by, with `stop_reason` `refusal`; `text` may be empty.
document refusal_details(std::string_view text);

/// A tool's call as a block, without its input.
document tool_use_block(const document& call, const tool_name_map& names);

/// A cited page (`url_citation`) as Anthropic's citation; null for other annotations.
document messages_citation(const document& annotation);

/// Anthropic's error object, as LiteLLM fills it: the type says the status
/// (docs.anthropic.com/en/api/errors). `call_id` is added when it is not empty.
std::string messages_error_json(const error& failure, std::string_view call_id = {});

} // namespace llm_proxy::dialects
