#pragma once

#include "llm_proxy/config/value.hpp"
#include "llm_proxy/util/error_class.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::config {

enum class routing_strategy : std::uint8_t {
    simple_shuffle,
    least_busy,
    usage_based, ///< `usage-based-routing` and its `-v2`
    latency_based,
    cost_based,
    free_first,
};

/// As it stands in a configuration.
std::string_view name_of(routing_strategy strategy);

/// `routing_strategy_args` of `latency-based-routing`.
struct latency_settings {
    double ttl = 3600; ///< seconds that a latency is remembered
    /// Deployments whose latency is within this share of the lowest are as good.
    double lowest_latency_buffer = 0;
    int max_latency_list_size = 10;
    /// Of the times to the first token of streams; nothing: their mean.
    std::optional<double> ttft_percentile;
};

/// A number for each kind of failure: `retry_policy` and `allowed_fails_policy`.
struct failure_counts {
    std::array<std::optional<int>, error_class_count> by_class;
    std::optional<int> otherwise; ///< `DefaultRetries`

    /// The number for a failure of this kind; a refused policy and a prompt that is too long are
    /// bad requests where they have no number of their own.
    std::optional<int> find(error_class kind) const;
    bool empty() const;
};

/// `- group: [target, ...]`; group `*` stands for all that have no rule of their own.
struct fallback_rule {
    std::string group;
    std::vector<std::string> targets;
    mark where;
};
using fallback_rules = std::vector<fallback_rule>;

/// What both `router_settings` and `litellm_settings` may say of failures.
struct failure_settings {
    std::optional<int> num_retries;
    std::optional<int> allowed_fails;
    std::optional<int> max_fallbacks;
    /// `default_fallbacks` stand among them as the rule for `*`.
    std::optional<fallback_rules> fallbacks;
    std::optional<fallback_rules> context_window_fallbacks;
    std::optional<fallback_rules> content_policy_fallbacks;
};

} // namespace llm_proxy::config
