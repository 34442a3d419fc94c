#include "llm_proxy/routing/deployment_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace llm_proxy::routing {

namespace {

std::uint64_t minute_of(time_point now) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch());
    return static_cast<std::uint64_t>(minutes.count()) << 32U;
}

constexpr std::uint64_t count_mask = 0xFFFFFFFFU;

} // namespace

void minute_count::add(std::uint32_t amount, time_point now) {
    const std::uint64_t minute = minute_of(now);
    std::uint64_t known = minute_and_count_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        const std::uint64_t count = (known & ~count_mask) == minute ? known & count_mask : 0;
        next = minute | std::min(count + amount, count_mask);
    } while (!minute_and_count_.compare_exchange_weak(known, next, std::memory_order_relaxed));
}

std::uint32_t minute_count::get(time_point now) const {
    const std::uint64_t known = minute_and_count_.load(std::memory_order_relaxed);
    const bool is_now = (known & ~count_mask) == minute_of(now);
    return is_now ? static_cast<std::uint32_t>(known & count_mask) : 0;
}

void deployment_state::count_tokens(std::int64_t tokens, time_point now) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    tokens_.add(static_cast<std::uint32_t>(std::clamp<std::int64_t>(tokens, 0, most)), now);
}

void deployment_state::count_success(time_point now) {
    successes_.add(1, now);
    if (bad_credential_.load(std::memory_order_relaxed)) {
        renew_credential();
    }
}

int deployment_state::count_fail(std::optional<error_class> kind,
                                 std::chrono::duration<double> window, time_point now) {
    const std::lock_guard lock(mutex_);
    fails& counted = fails_[kind ? static_cast<std::size_t>(*kind) : error_class_count];
    if (now - counted.last > window) {
        counted.count = 0;
    }
    counted.last = now;
    return ++counted.count;
}

bool deployment_state::begin_rest(rest begun, time_point now) {
    const std::lock_guard lock(mutex_);
    if (rest_.until > now && rest_.until >= begun.until) {
        return false;
    }
    fails_ = {};
    rest_ = std::move(begun);
    rest_until_.store(rest_.until.time_since_epoch().count(), std::memory_order_relaxed);
    return rest_.bad_credential && !bad_credential_.exchange(true, std::memory_order_relaxed);
}

std::optional<rest> deployment_state::current_rest(time_point now) const {
    const std::lock_guard lock(mutex_);
    return rest_.until > now ? std::optional(rest_) : std::nullopt;
}

void deployment_state::renew_credential() {
    const std::lock_guard lock(mutex_);
    if (bad_credential_.exchange(false, std::memory_order_relaxed) && rest_.bad_credential) {
        rest_ = rest();
        rest_until_.store(0, std::memory_order_relaxed);
    }
}

void deployment_state::add(std::deque<sample>& to, double seconds, int most, time_point now) {
    to.push_back({now, seconds});
    while (to.size() > static_cast<std::size_t>(std::max(1, most))) {
        to.pop_front();
    }
}

void deployment_state::add_latency(double seconds, int most, time_point now) {
    const std::lock_guard lock(mutex_);
    add(latencies_, seconds, most, now);
}

void deployment_state::add_first_token(double seconds, int most, time_point now) {
    const std::lock_guard lock(mutex_);
    add(first_tokens_, seconds, most, now);
}

double deployment_state::latency(bool stream, const config::latency_settings& settings,
                                 time_point now) const {
    std::vector<double> seconds;
    {
        const std::lock_guard lock(mutex_);
        const auto keep = [&](const std::deque<sample>& from) {
            for (const sample& one : from) {
                if (std::chrono::duration<double>(now - one.when).count() <= settings.ttl) {
                    seconds.push_back(one.seconds);
                }
            }
        };
        if (stream) {
            keep(first_tokens_);
        }
        stream = !seconds.empty();
        if (!stream) {
            keep(latencies_);
        }
    }
    if (seconds.empty()) {
        return 0;
    }
    if (stream && settings.ttft_percentile) {
        std::sort(seconds.begin(), seconds.end());
        const double rank = std::ceil(*settings.ttft_percentile * double(seconds.size())) - 1;
        return seconds[static_cast<std::size_t>(std::clamp(rank, 0.0, double(seconds.size() - 1)))];
    }
    double sum = 0;
    for (const double one : seconds) {
        sum += one;
    }
    return sum / static_cast<double>(seconds.size());
}

} // namespace llm_proxy::routing
