#pragma once

#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/util/error.hpp"

#include <optional>
#include <string_view>

namespace llm_proxy::providers {

inline constexpr std::string_view gemini_exception = "GeminiException";

/// The client's error for the `error` member of an answer or event with status 200, if it has one.
std::optional<error> gemini_reported_error(const document& answer,
                                           std::string_view requested_model);

/// A successful answer from which nothing can be made.
error gemini_invalid_answer(std::string_view received, std::string_view requested_model);

/// An answer that lacks what was asked for, such as an image: because of the provider's content
/// policy, or without a reason that one can act on.
error gemini_missing_output(const document& answer, std::string_view what,
                            std::string_view requested_model);

} // namespace llm_proxy::providers
