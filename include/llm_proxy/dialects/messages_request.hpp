#pragma once

#include "llm_proxy/dialects/messages_names.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::dialects {

/// A request of Anthropic's Messages API (docs.anthropic.com/en/api/messages) as a chat request, in
/// the way of LiteLLM's adapter. Members that both have pass, such as `temperature`, and so do
/// those that neither knows; what only Anthropic has and no chat can say is left out. `names` gets
/// the tools that had to be shortened.
result<document> chat_of_messages(const document& request, const messages_model& model,
                                  tool_name_map& names);

} // namespace llm_proxy::dialects
