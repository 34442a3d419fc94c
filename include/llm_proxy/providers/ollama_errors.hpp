#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>

namespace llm_proxy::providers {

/// The client's error for a failure that Ollama tells: by what it says, then by its status. The
/// text is the whole body, as in LiteLLM.
error ollama_error(int status, std::string_view body, std::string_view exception_name,
                   const call_names& names);

} // namespace llm_proxy::providers
