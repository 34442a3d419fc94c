#include "llm_proxy/config/properties.hpp"

namespace llm_proxy::config {

namespace {

using enum value_kind;
using enum property_state;

constexpr property router_properties[] = {
    {"routing_strategy", text, "simple-shuffle",
     "How a deployment of a group is chosen: `simple-shuffle`, by weight; `least-busy`, "
     "`usage-based-routing-v2`, `latency-based-routing`, `cost-based-routing`, or `free-first`, "
     "which LiteLLM does not know."},
    {"timeout", seconds, "`litellm_settings.request_timeout`", "Seconds that a call may take."},
    {"stream_timeout", seconds, "`timeout`", "Seconds that a stream may pause."},
    {"model_group_alias", mapping, "",
     "Other names of groups: `name: group`, or `name: {model: group, hidden: true}`."},
    {"routing_strategy_args", mapping, "",
     "For `latency-based-routing`: `ttl` (3600), `lowest_latency_buffer` (0), "
     "`max_latency_list_size` (10), `ttft_percentile`."},
    {"routing_groups", sequence, "", "Strategies for some groups.", not_served},
    {"num_retries", count, "that of `litellm_settings`, or 2", "Retries of a failed call."},
    {"retry_after", non_negative, "0",
     "Shortest pause before the same deployment is tried again, in seconds."},
    {"retry_policy", mapping, "",
     "Retries for each kind of failure: `TimeoutErrorRetries: 3` and so on; `DefaultRetries` for "
     "the others. It replaces `num_retries`."},
    {"model_group_retry_policy", mapping, "", "A `retry_policy` for each group that needs one."},
    {"default_litellm_params", mapping, "", "Parameters of every deployment.", not_served},
    {"fallbacks", sequence, "that of `litellm_settings`",
     "Groups to try after a group has failed: `- group: [other, third]`; `*` for all groups."},
    {"context_window_fallbacks", sequence, "that of `litellm_settings`",
     "Groups to try when a prompt was too long."},
    {"content_policy_fallbacks", sequence, "that of `litellm_settings`",
     "Groups to try when a content policy refused."},
    {"default_fallbacks", sequence, "that of `litellm_settings`",
     "Groups to try after a group without `fallbacks` has failed."},
    {"max_fallbacks", count, "5", "Fallbacks tried for one request."},
    {"allowed_fails", count, "",
     "Failures within `cooldown_time` before a deployment rests; without it, see "
     "docs/routing.md."},
    {"allowed_fails_policy", mapping, "",
     "The same for each kind of failure: `TimeoutErrorAllowedFails: 3` and so on."},
    {"cooldown_time", non_negative, "5",
     "Seconds that a deployment rests, where the provider does not say; 0: not at all."},
    {"disable_cooldowns", boolean, "false", "Let no deployment rest."},
    {"enable_pre_call_checks", boolean, "false",
     "Leave out deployments whose context window or limit is too small.", not_served},
    {"optional_pre_call_checks", sequence, "", "Further checks before a call.", not_served},
    {"default_max_parallel_requests", positive_integer, "",
     "Calls of a deployment in flight at once."},
    {"max_queue_wait", non_negative, "20",
     "Seconds that a request may wait while the limits of its whole group are reached; 0: it is "
     "answered with 429 at once. Not a key of LiteLLM."},
    {"enable_tag_filtering", boolean, "false",
     "Route by tag: a request's `tags`, `metadata.tags` or `x-litellm-tags`."},
    {"tag_filtering_match_any", boolean, "true",
     "One tag in common is enough; else a deployment must have all of a request's."},
    {"tag_routing_prefix", text, "", "Prefix of tags used for routing.", not_served},
    {"enable_weighted_failover", boolean, "false", "Choose by weight after a failure too.",
     not_served},
    {"redis_url", text, "", "Redis for counters shared by several instances.", not_served},
    {"redis_host", text, "", "Its host.", not_served},
    {"redis_port", positive_integer, "", "Its port.", not_served},
    {"redis_password", text, "", "Its password.", not_served},
    {"cache_responses", boolean, "", "Keep answers and give them again.", not_served},
    {"cache_kwargs", mapping, "", "Settings of that cache.", not_served},
    {"caching_groups", sequence, "", "Groups that share a cache.", not_served},
    {"provider_budget_config", mapping, "", "Budget of each provider.", not_served},
    {"client_ttl", seconds, "3600", "Seconds that clients of providers are kept.", not_served},
    {"set_verbose", boolean, "false", "Log in detail.", not_served},
    {"debug_level", text, "INFO", "How much detail.", not_served},
    {"default_priority", integer, "0",
     "Priority of requests that wait for a place and have no `priority`; the lowest goes first."},
    {"polling_interval", positive_number, "0.003", "Seconds between two looks at the queue.",
     not_served},
    {"deployment_affinity_ttl_seconds", seconds, "3600",
     "Seconds that a user stays with a deployment.", not_served},
    {"enable_health_check_routing", boolean, "false",
     "Leave out deployments that failed a health check.", not_served},
    {"health_check_staleness_threshold", seconds, "",
     "Age at which a health check no longer counts.", not_served},
};

// clang-format off
constexpr std::string_view router_known =
    "alerting_config background_health_check_model_groups health_check_ignore_transient_errors "
    "model_group_affinity_config redis_db router_general_settings ";
// clang-format on

} // namespace

const section router_settings_section{"router_settings", "How a deployment is chosen.",
                                      router_properties, router_known, false};

} // namespace llm_proxy::config
