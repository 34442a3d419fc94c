#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/ollama_parameters.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// What an answer's translation needs to know of its request.
struct ollama_answer_options {
    ollama_route route = ollama_route::chat;
    /// Answer as a text completion rather than as a chat.
    bool text_completion = false;
    bool calls_as_text = false;
    bool base64_embeddings = false;
    std::string requested_model;
    std::int64_t created = 0;
    /// For ids; null takes the kernel's randomness.
    random_source* random = nullptr;
    std::string_view exception_name;
    /// For what an error must not show. Outlives the translation.
    const model::deployment* target = nullptr;
};

/// A call of a function, its arguments as JSON text.
struct ollama_call {
    std::string id; // empty where Ollama gave none
    std::string name;
    std::string arguments;
};

/// One document of Ollama: a whole answer or a line of a stream.
struct ollama_part {
    std::string thinking;
    std::string text;
    std::vector<ollama_call> calls;
    bool done = false;
    std::string done_reason;
    /// Left out by Ollama where it did not evaluate anything, as with a prompt from its cache.
    std::optional<std::int64_t> prompt_tokens;
    std::optional<std::int64_t> completion_tokens;
};

/// Parses a document of Ollama; one that tells an error becomes it.
result<document> read_ollama_document(std::string_view text, const ollama_answer_options& options);

/// A count of tokens, if it is there; no sum of two overflows.
std::optional<std::int64_t> ollama_count(const document& answer, const char* name);

/// Reads a document of `/api/chat` or `/api/generate`.
result<ollama_part> read_ollama_part(std::string_view text, const ollama_answer_options& options);

/// The call that a model asked to answer with calls as JSON text made; empty name if it made none.
ollama_call call_from_text(std::string_view text);

/// The error for a document that is no answer.
error not_an_answer(std::string_view text, const ollama_answer_options& options);

std::unique_ptr<translation> make_ollama_translation(ollama_answer_options options);
std::unique_ptr<translation> make_ollama_embedding(ollama_answer_options options);

} // namespace llm_proxy::providers
