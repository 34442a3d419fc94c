#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

/// What has another name in Anthropic's Messages API than in OpenAI's chat.
namespace llm_proxy::dialects {

/// What of a model's name decides how a message is put.
struct messages_model {
    explicit messages_model(std::string_view name);

    /// Takes `thinking` and signed thoughts as they are.
    bool is_claude;
    bool is_gemini;
    /// Reads `cache_control`; others may refuse it.
    bool reads_cache_control() const { return is_claude || is_gemini; }
};

/// The tools' own names by those that stand for them in a chat, where these differ.
using tool_name_map = std::map<std::string, std::string, std::less<>>;

/// The name of a tool in a chat: OpenAI takes 64 characters, Anthropic more. Of a longer one the
/// beginning and a hash remain, as with LiteLLM.
std::string chat_tool_name(std::string_view name);

/// The id of a chat's tool call as Anthropic's clients take it: of letters, digits, `_` and `-`.
/// A thought signature within stays, in base64's URL-safe form, for clients that drop unknown
/// members; one that is no base64 goes.
std::string messages_call_id(std::string_view chat_id);

/// The chat's id again; without its signature for all models but Gemini's, which may refuse an id
/// so long.
std::string chat_call_id(std::string_view id, const messages_model& model);

} // namespace llm_proxy::dialects
