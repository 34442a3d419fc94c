#pragma once

#include "llm_proxy/json/scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Whether a member of a client's body is meant for the gateway (`metadata`, `tags`, `fallbacks`,
/// …) or would choose the upstream's credentials or headers (`api_key`, `extra_headers`, …), and
/// so never goes upstream.
bool is_consumed(std::string_view name);

/// Whether a member must refuse the call: it would choose the upstream's host.
bool is_forbidden(std::string_view name);

/// The `messages` with every `developer` role turned into `system`; empty if there is none.
std::string without_developer_role(std::string_view messages);

/// `stream_options` with `include_usage` set, whatever else stands in the client's; `current` is
/// its value's text or empty.
std::string with_include_usage(std::string_view current);

} // namespace llm_proxy::providers
