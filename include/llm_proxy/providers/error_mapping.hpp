#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// LiteLLM's exception classes, as far as clients can tell them apart.
enum class error_class : std::uint8_t {
    bad_request,
    context_window_exceeded,
    content_policy_violation,
    authentication,
    not_found,
    timeout,
    rate_limit,
    internal_server,
    bad_gateway,
    service_unavailable,
    api_error,
};

/// What an upstream said, taken out of its body.
struct upstream_text {
    std::string message;
    std::string type;
    std::string code;
    std::string param;
    int status = 0; // `error.code` where it is a number
    bool present = false;
};

/// Reads `{"error": {...}}`, `{"error": "text"}`, `[{"error": ...}]`, `{"message": ...}` or plain
/// text.
upstream_text read_upstream_text(std::string_view body);

/// The class of an OpenAI-style failure: by what it says, then by its status.
error_class classify_openai(int status, const upstream_text& said);

/// The client's error: LiteLLM's prefix for the class, the provider's name, the text, and which
/// model group failed.
error make_error(error_class kind, int status, std::string_view exception_name,
                 std::string_view text, std::string_view group);

/// Failures without an answer, in LiteLLM's words.
error connection_error(std::string_view exception_name, std::string_view group);
error timeout_error(double timeout_seconds, double taken_seconds, std::string_view group);
/// A 200 that is no answer: broken JSON, HTML, an empty body.
error invalid_answer_error(std::string_view exception_name, std::string_view received,
                           std::string_view group);

/// Takes the deployment's key and anything that looks like a key out of an upstream's words.
std::string scrub(std::string text, std::string_view key);

} // namespace llm_proxy::providers
