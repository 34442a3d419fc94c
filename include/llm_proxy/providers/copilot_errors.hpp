#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// Whether Copilot says that the prompt is too long, which it words in its own way:
/// `prompt token count of 138898 exceeds the limit of 64000`.
bool copilot_says_too_long(const upstream_text& said);

/// What the reader of a failure can do about it; empty if nothing is known.
std::string_view copilot_advice(int status, const upstream_text& said);

/// Without what looks like a token of GitHub's or Copilot's (`gho_…`, `tid=…;exp=…:…`).
std::string without_copilot_tokens(std::string_view text);

} // namespace llm_proxy::providers
