#pragma once

#include "llm_proxy/limits/quota.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::limits {

/// `rpm`, `tpm`, `rpd`, `tpd`, `max_parallel_requests`: its key in a configuration.
std::string_view name_of(kind which);

constexpr bool is_of_a_day(kind which) {
    return which == kind::rpd || which == kind::tpd;
}

/// `the limit of 18 requests per minute (rpm) is reached; the next place is free in 42 s`.
std::string describe(const refusal& why, time_point now);

/// Nothing if nobody knows how long; at least a millisecond.
std::optional<std::chrono::milliseconds> wait_until(time_point moment, time_point now);

/// As OpenAI writes it in `x-ratelimit-reset-*`: `6m0s`, `1.5s`, `250ms`.
std::string duration_text(time_point::duration time);

/// `2026-03-05T08:00:00Z`.
std::string time_text(time_point when);

} // namespace llm_proxy::limits
