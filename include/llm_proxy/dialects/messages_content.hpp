#pragma once

#include "llm_proxy/dialects/messages_names.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::dialects {

/// The conversation of a Messages request, its `system` first, as a chat's messages. The results of
/// tools become messages of their own, before what else their message says. Blocks of kinds that
/// neither LiteLLM knows are left out, as are empty texts.
result<document> chat_messages(const document& request, const messages_model& model);

} // namespace llm_proxy::dialects
