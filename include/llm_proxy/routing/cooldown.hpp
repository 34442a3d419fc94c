#pragma once

#include "llm_proxy/routing/retry.hpp"

#include <optional>
#include <string>

namespace llm_proxy::routing {

/// A failure as the rules for cooldowns see it.
struct cooldown_case {
    failed_try failed;
    const model::match& found; // the group it happened in
    const model::deployment& target;
    const config::router_settings& rules;
    /// The upstream's own text, for people; without secrets.
    std::string_view why;
    /// The client's own timeout was over: that says nothing of the deployment.
    bool clients_timeout = false;
    time_point now;
};

/// Whether the provider refused the deployment's credential rather than the call: a 401, or a 403
/// whose text names a key.
bool is_bad_credential(const failed_try& failed, std::string_view text);

/// Counts the failure in the deployment's state and decides, by LiteLLM's rules, whether it shall
/// rest, until when and why; see docs/routing.md. A bad credential rests a minute at least.
std::optional<rest> rest_after(const cooldown_case& of);

} // namespace llm_proxy::routing
