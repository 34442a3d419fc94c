#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/ollama_messages.hpp"

#include <string>
#include <vector>

namespace llm_proxy::providers {

/// A conversation as one text, for `/api/generate`.
struct ollama_prompt {
    std::string text;
    std::vector<std::string> images;
};

/// Renders messages as LiteLLM does: a headed paragraph for every run of messages of one side, what
/// tools said counting as the user's. `tools`, unless empty, are told to the model at the end,
/// which is to answer with a call as JSON.
result<ollama_prompt> render_ollama_prompt(const document& messages, const document& tools,
                                           const remote_file_map* files);

} // namespace llm_proxy::providers
