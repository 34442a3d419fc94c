#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

using remote_file_map = std::map<std::string, remote_file, std::less<>>;

/// A message's content: its text parts run together, its images as plain base64.
struct ollama_content {
    std::string text;
    std::vector<std::string> images;
};

/// `position` is the message's, for errors. `files` may be null.
result<ollama_content> read_ollama_content(const document& message, std::size_t position,
                                           const remote_file_map* files);

/// The calls of an assistant's message with their arguments as objects; an empty array if it has
/// none.
result<document> ollama_tool_calls(const document& message, std::size_t position);

/// `system`, `user`, `assistant` or `tool`, for whatever OpenAI calls them.
result<std::string> ollama_role(const document& message, std::size_t position);

/// OpenAI's messages as `/api/chat` takes them: the content as text, images beside it, `thinking`
/// for earlier thoughts (docs/api.md of Ollama).
result<document> ollama_messages(const document& messages, const remote_file_map* files);

/// The images that messages, given as JSON that was validated, name by an http or https URL.
std::vector<std::string> remote_images(std::string_view messages);

} // namespace llm_proxy::providers
