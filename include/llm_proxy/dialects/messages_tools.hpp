#pragma once

#include "llm_proxy/dialects/messages_names.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::dialects {

/// Puts the tools of a Messages request and the choice among them into a chat request: the client's
/// own become functions, web search becomes `web_search_options`. Tools that Anthropic runs or
/// defines itself are an error. `names` gets those that had to be shortened.
result<void> translate_messages_tools(const document& request, const messages_model& model,
                                      document& chat, tool_name_map& names);

} // namespace llm_proxy::dialects
