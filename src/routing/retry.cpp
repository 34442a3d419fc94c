#include "llm_proxy/routing/retry.hpp"

#include <algorithm>

namespace llm_proxy::routing {

std::optional<std::chrono::milliseconds> retry_delay(const failed_try& failed, int retries_done,
                                                     int max_retries, random_source& random) {
    const bool retryable = failed.status == 408 || failed.status == 409 || failed.status == 429 ||
                           failed.status >= 500;
    if (!retryable || retries_done >= max_retries) {
        return std::nullopt;
    }
    double seconds = std::min(8.0, 0.5 * static_cast<double>(1U << std::min(retries_done, 10)));
    seconds *= 1 - 0.25 * random.unit();
    if (failed.retry_after && *failed.retry_after > 0 && *failed.retry_after <= 60) {
        seconds = *failed.retry_after;
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

} // namespace llm_proxy::routing
