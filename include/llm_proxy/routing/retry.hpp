#pragma once

#include "llm_proxy/util/random.hpp"

#include <chrono>
#include <optional>

namespace llm_proxy::routing {

/// How one try at a deployment failed.
struct failed_try {
    int status = 500;
    /// Seconds the upstream asked to wait; nothing if it did not.
    std::optional<double> retry_after;
};

/// How long to wait before try number `retries_done + 2`, or nothing if there is none: 408, 409,
/// 429 and 5xx are tried again at most `max_retries` times. As OpenAI's SDKs wait, since
/// `max_retries` is their setting: the upstream's wish up to 60 s, else half a second doubling up
/// to 8 s, less up to a quarter at random.
std::optional<std::chrono::milliseconds> retry_delay(const failed_try& failed, int retries_done,
                                                     int max_retries, random_source& random);

} // namespace llm_proxy::routing
