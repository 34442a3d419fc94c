#pragma once

#include "llm_proxy/config/routing_settings.hpp"
#include "llm_proxy/util/error_class.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace llm_proxy::routing {

using time_point = std::chrono::steady_clock::time_point;

/// Counts within one minute of the clock; the next one begins at 0. Thread-safe.
class minute_count {
public:
    void add(std::uint32_t amount, time_point now);
    std::uint32_t get(time_point now) const;

private:
    std::atomic<std::uint64_t> minute_and_count_{0};
};

/// Why a deployment gets no calls for a while.
struct rest {
    time_point until;
    std::string why; // for people; without secrets
    /// The provider does not take its key, or there is none.
    bool bad_credential = false;
};

/// What all workers share of one deployment: what is under way, how it did, and whether it rests.
/// Thread-safe; what every call does takes no lock.
class deployment_state {
public:
    void begin() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
    void end() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
    int in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

    void count_request(time_point now) { requests_.add(1, now); }
    void count_tokens(std::int64_t tokens, time_point now);
    void count_success(time_point now);
    void count_failure(time_point now) { failures_.add(1, now); }

    // Of this minute:
    std::uint32_t requests(time_point now) const { return requests_.get(now); }
    std::uint32_t tokens(time_point now) const { return tokens_.get(now); }
    std::uint32_t successes(time_point now) const { return successes_.get(now); }
    std::uint32_t failures(time_point now) const { return failures_.get(now); }

    /// Failures of one kind, this one included, each no longer than `window` after the one before;
    /// all kinds together without one.
    int count_fail(std::optional<error_class> kind, std::chrono::duration<double> window,
                   time_point now);

    bool resting(time_point now) const {
        return rest_until_.load(std::memory_order_relaxed) > now.time_since_epoch().count();
    }
    /// Begins a rest, unless a longer one is on. True if it is the first for a bad credential since
    /// a call succeeded or the credential was `renewed`: worth a line in the log.
    bool begin_rest(rest begun, time_point now);
    /// The rest that is on.
    std::optional<rest> current_rest(time_point now) const;
    /// The configuration is new, and so may the key be.
    void renew_credential();

    /// Seconds; the oldest beyond `most` are forgotten.
    void add_latency(double seconds, int most, time_point now);
    void add_first_token(double seconds, int most, time_point now);
    /// The mean of the latencies not older than `settings.ttl`, or, for streams that have some, of
    /// the times to the first token or their percentile; 0 where there are none.
    double latency(bool stream, const config::latency_settings& settings, time_point now) const;

private:
    struct sample {
        time_point when;
        double seconds;
    };
    struct fails {
        int count = 0;
        time_point last;
    };

    static void add(std::deque<sample>& to, double seconds, int most, time_point now);

    std::atomic<int> in_flight_{0};
    minute_count requests_;
    minute_count tokens_;
    minute_count successes_;
    minute_count failures_;
    std::atomic<time_point::rep> rest_until_{0};
    std::atomic<bool> bad_credential_{false};

    mutable std::mutex mutex_;
    rest rest_;
    std::array<fails, error_class_count + 1> fails_;
    std::deque<sample> latencies_;
    std::deque<sample> first_tokens_;
};

} // namespace llm_proxy::routing
