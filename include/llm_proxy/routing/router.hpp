#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/limits/rolling_window.hpp"
#include "llm_proxy/model/catalogue.hpp"
#include "llm_proxy/routing/deployment_state.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace llm_proxy::routing {

/// What a choice among the deployments of a group depends on, beside them and their states.
struct choice {
    const config::router_settings& rules;
    /// Not these: they failed in this call, or their limits are reached.
    std::span<const model::deployment* const> excluded;
    /// Of the request; they count with `enable_tag_filtering` alone.
    std::span<const std::string> tags;
    bool stream = false;
    time_point now;
    /// The wall clock, for how long quotas last; `free-first` alone looks at it.
    limits::time_point wall;
};

/// The deployment of a group that a call should try next: of those that are neither excluded nor
/// at rest and have the right tags, the lowest `order`, and of these the best by the strategy.
/// Whoever cannot use it excludes it and asks again. Null if none is left. Pure but for `random`;
/// the result lives as long as the group.
const std::shared_ptr<const model::deployment>* choose(const model::match& found, const choice& how,
                                                       random_source& random);

/// Why `choose` found none: LiteLLM's error. A 429 with the rest of the shortest rest if
/// deployments rest; 502 if all of them have a bad credential; 401 if no deployment has the tags.
/// Excluded ones count as usable: their failure is the call's own error.
error unavailable(const model::match& found, const choice& how, std::string_view group);

} // namespace llm_proxy::routing
