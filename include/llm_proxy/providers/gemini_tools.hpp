#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// Writes `tools` and `toolConfig` (ai.google.dev/api/caching#Tool) from OpenAI's `tools`,
/// `functions`, `tool_choice` and `web_search_options`. Gemini's own tools may stand among the
/// client's in either spelling. Search beside functions is left out, as Gemini refuses the two
/// together, unless `include_server_side_tool_invocations` asks for both.
result<void> write_tools(const document& parameters, document& body);

} // namespace llm_proxy::providers
