#pragma once

#include "llm_proxy/http/head.hpp"
#include "llm_proxy/limits/lesson.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// An upstream's answer that is no success, with what may teach about its quota.
struct quota_refusal {
    int status = 0;
    std::string_view body;
    const http::fields* headers = nullptr;
    limits::time_point now;
};

/// What providers of OpenAI's dialect say: which limit and how high in the error's message
/// (`on requests per min (RPM): Limit 3, Used 3`), when it frees in `retry-after`, in
/// `x-ratelimit-reset-*` (platform.openai.com/docs/guides/rate-limits) or in the message
/// (`Please try again in 20s`). Nothing for another status than 429.
std::vector<limits::lesson> openai_lessons(const quota_refusal& answer);

/// Google's QuotaFailure and RetryInfo (google.rpc, error_details.proto). A day's quota rests until
/// the day ends: its `retryDelay` is often a few seconds.
std::vector<limits::lesson> gemini_lessons(const quota_refusal& answer);

/// `metadata.headers` of OpenRouter's error: `X-RateLimit-Limit`, `-Remaining`, `-Reset`
/// (milliseconds since the epoch); openrouter.ai/docs/api-reference/limits. A refusal of the
/// provider behind it teaches nothing about OpenRouter's own quota.
std::vector<limits::lesson> openrouter_lessons(const quota_refusal& answer);

/// `x-ratelimit-type` (`UserByModelByDay`), `x-ratelimit-timeremaining`, and the error's words
/// (`Rate limit of 10 per 60s exceeded`).
std::vector<limits::lesson> github_lessons(const quota_refusal& answer);

/// `retry-after`: seconds, or a date (RFC 9110, 10.2.3).
std::optional<limits::time_point> retry_after(const quota_refusal& answer);

/// `20s`, `6m0s`, `1h2m3.5s`, `250ms`: durations as Go writes them.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

} // namespace llm_proxy::providers
