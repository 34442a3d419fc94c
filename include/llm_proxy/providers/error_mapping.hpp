#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/error_class.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::providers {

using llm_proxy::class_of_status;
using llm_proxy::error_class;

/// A class, and how LiteLLM words it: found by the status rather than by the text, the class stands
/// twice in the message.
struct verdict {
    verdict(error_class found, bool is_named_twice = true)
        : kind(found), named_twice(is_named_twice) {}

    error_class kind;
    bool named_twice;
};

/// What an upstream said, taken out of its body.
struct upstream_text {
    std::string message;
    std::string type;
    std::string code;
    std::string param;
    int status = 0; // that `error.code` stands for
    bool present = false;
};

/// Reads `{"error": {...}}`, `{"error": "text"}`, `[{"error": ...}]`, `{"message": ...}` or plain
/// text.
upstream_text read_upstream_text(std::string_view body);

/// LiteLLM's own list of how servers say that the prompt is too long.
bool says_context_exceeded(std::string_view text);

/// The class of an OpenAI-style failure: by what it says, then by its status, in LiteLLM's order.
verdict classify_openai(int status, const upstream_text& said);

/// What LiteLLM appends to every failure: which model group it was.
std::string group_suffix(std::string_view group);

/// The client's error: LiteLLM's prefix for the class, the provider's name, the text, and which
/// model group failed. `status` is the upstream's; most classes have one of their own.
error make_error(verdict found, int status, std::string_view exception_name, std::string_view text,
                 std::string_view group);

/// Failures without an answer, in LiteLLM's words.
error connection_error(std::string_view exception_name, std::string_view group);
/// The same for a server at home that is switched off, with its name, address and the reason.
error unreachable_error(std::string_view exception_name, std::string_view server,
                        std::string_view address, std::string_view why, std::string_view group);
error timeout_error(double timeout_seconds, double taken_seconds, std::string_view group);
/// A 200 that is no answer: broken JSON, HTML, an empty body.
error invalid_answer_error(std::string_view exception_name, std::string_view received,
                           std::string_view group);

} // namespace llm_proxy::providers
