#include "llm_proxy/routing/retry.hpp"

#include <algorithm>
#include <charconv>

namespace llm_proxy::routing {

namespace {

constexpr int usual_retries = 2;
/// Beyond that a request costs more than it can bring.
constexpr int most_retries = 100;

/// As LiteLLM's `model_group_retry_policy`, in place of `retry_policy`.
std::optional<int> by_policy(const failed_try& failed, const retry_sources& from) {
    const auto own = from.rules.model_group_retry_policy.find(from.group);
    if (own != from.rules.model_group_retry_policy.end()) {
        return own->second.find(failed.kind);
    }
    return from.rules.retry_policy ? from.rules.retry_policy->find(failed.kind) : std::nullopt;
}

bool may_help(const failed_try& failed, const retry_sources& from) {
    if (failed.kind == error_class::not_found) {
        return false;
    }
    if (failed.status == 401 || failed.status == 403 ||
        failed.kind == error_class::authentication) {
        return from.group_size > 1;
    }
    return failed.status == 408 || failed.status == 409 || failed.status == 429 ||
           failed.status >= 500;
}

std::optional<double> positive(std::optional<std::string_view> text) {
    double value = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc() ||
        !(value > 0)) {
        return std::nullopt;
    }
    return value;
}

} // namespace

failed_try failed_try::of(const error& failure, std::optional<double> retry_after) {
    failed_try out;
    const bool is_unknown = failure.kind == error_class::unknown;
    out.kind = is_unknown ? class_of_status(failure.status) : failure.kind;
    out.status = failure.status;
    out.retry_after = retry_after;
    return out;
}

int retries_after(const failed_try& failed, const retry_sources& from) {
    if (from.request != 0) {
        if (const auto number = by_policy(failed, from)) {
            return std::min(*number, most_retries);
        }
    }
    if (!may_help(failed, from)) {
        return 0;
    }
    const auto& own = from.target.routing.num_retries;
    const int configured = own ? *own : from.rules.failures.num_retries.value_or(usual_retries);
    const int retries = from.request.value_or(std::max(configured, from.target.max_retries));
    return std::clamp(retries, 0, most_retries);
}

std::chrono::milliseconds retry_delay(const failed_try& failed, int retries_done, double least,
                                      random_source& random) {
    const double doubled = 0.5 * static_cast<double>(1U << std::clamp(retries_done, 0, 10));
    double seconds = std::max(least, std::min(8.0, doubled));
    if (failed.retry_after && *failed.retry_after > 0 && *failed.retry_after <= 60) {
        seconds = *failed.retry_after;
    }
    seconds = std::min(seconds, 3600.0) + 0.75 * random.unit();
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

time_point caller_deadline(time_point started, std::optional<std::string_view> read_timeout,
                           std::optional<std::string_view> timeout) {
    constexpr double longest = 1e8;
    double seconds =
        std::min(positive(read_timeout).value_or(longest), positive(timeout).value_or(longest));
    seconds = std::min(seconds, longest);
    return started +
           std::chrono::duration_cast<time_point::duration>(std::chrono::duration<double>(seconds));
}

} // namespace llm_proxy::routing
