#pragma once

#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>

namespace llm_proxy::providers {

/// Whether a member of a client's body is meant for the gateway (`metadata`, `tags`, `fallbacks`,
/// …) or would choose the upstream's credentials or headers (`api_key`, `extra_headers`, …), and
/// so never goes upstream.
bool is_consumed(std::string_view name);

/// Whether a member must refuse the call: it would choose the upstream's host.
bool is_forbidden(std::string_view name);

/// LiteLLM's refusal of such a member.
error forbidden_member(std::string_view name);

/// Turns the role `developer` of messages into `system`.
void use_system_role(json::splice& body);

/// Sets `include_usage` in `stream_options`, whatever else stands there.
void ask_for_usage(json::splice& body);

} // namespace llm_proxy::providers
