#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace llm_proxy::dialects {

/// Tools of free text, which a chat gets as functions of one text.
using custom_tools = std::set<std::string, std::less<>>;

/// The one parameter of such a function.
inline constexpr const char* custom_tool_parameter = "content";

/// A request of the Responses API as a chat's.
struct chat_request {
    std::unique_ptr<document> body;
    custom_tools free_text;
};

/// Translates a request (https://platform.openai.com/docs/api-reference/responses/create).
/// Refused, as 400, is what only a keeper of responses can do (`previous_response_id`,
/// `conversation`, `prompt`, `background`), and what has no place in a chat. What merely says how
/// the answer is kept or told (`store`, `include`, `truncation`, …) is left out; members that the
/// API does not have pass as they are.
result<chat_request> make_chat_request(const document& request);

/// Its `input` and `instructions` as `messages`. Calls join the assistant's message before them,
/// and thoughts the one behind them.
result<document> make_chat_messages(const document& request);

/// Its `tools`, `tool_choice` and `parallel_tool_calls`, into `chat`; the names of tools of free
/// text go into `free_text`.
result<void> write_chat_tools(const document& request, document& chat, custom_tools& free_text);

} // namespace llm_proxy::dialects
