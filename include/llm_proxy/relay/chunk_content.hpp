#pragma once

#include "llm_proxy/json/scan.hpp"

#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// Whether a chunk of a chat or text completion, scanned before, says nothing beside its usage: it
/// has no choices, or only such without text, tool calls and end.
bool only_usage(std::string_view data, const std::vector<json::member>& members);

/// Whether it only tells that an answer begins: choices without text, tool calls and end, or none.
bool only_opens(std::string_view data, const std::vector<json::member>& members);

} // namespace llm_proxy::relay
