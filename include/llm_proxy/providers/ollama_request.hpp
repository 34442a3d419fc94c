#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/ollama_parameters.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>

namespace llm_proxy::providers {

/// A request in Ollama's dialect, and what its answer must be read with.
struct ollama_request {
    std::string body;
    /// Tools were told in the prompt: the answer may be a call as JSON text.
    bool calls_as_text = false;
    /// The client wants embeddings as base64.
    bool base64_embeddings = false;
};

/// Translates a chat, completion or embedding call for `route`.
result<ollama_request> make_ollama_request(const inbound_call& call,
                                           const model::deployment& target, ollama_route route);

/// The images of the call that Ollama cannot fetch itself.
std::vector<std::string> ollama_remote_files(const inbound_call& call);

} // namespace llm_proxy::providers
