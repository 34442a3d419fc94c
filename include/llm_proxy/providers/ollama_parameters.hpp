#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <string_view>

namespace llm_proxy::providers {

/// Ollama's own routes (docs/api.md of Ollama).
enum class ollama_route : std::uint8_t { chat, generate, embed };

/// Writes the parameters of an OpenAI request as the members of an Ollama request: `options`,
/// `format`, `think`, `keep_alive` and what else the route takes at its top. What has no place of
/// its own goes into `options`, as in LiteLLM.
result<void> write_ollama_parameters(const document& request, ollama_route route,
                                     std::string_view model, document& out);

} // namespace llm_proxy::providers
