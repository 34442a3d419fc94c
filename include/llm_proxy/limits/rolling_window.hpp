#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace llm_proxy::limits {

/// Wall time that never goes back within one process.
using time_point = std::chrono::system_clock::time_point;

/// What was taken at one moment.
struct taking {
    time_point when;
    std::int64_t amount = 0;

    friend bool operator==(const taking&, const taking&) = default;
};

/// A limit over a rolling time: what is taken at some moment comes back exactly `length` later, so
/// that no stretch of that length ever holds more than the limit, whatever its start. Used by one
/// thread at a time; `now` must not go back from call to call.
class rolling_window {
public:
    rolling_window(std::int64_t limit, std::chrono::nanoseconds length)
        : limit_(limit), length_(length) {}

    std::int64_t limit() const { return limit_; }
    void set_limit(std::int64_t limit) { limit_ = limit; }

    std::int64_t used(time_point now);
    bool fits(std::int64_t amount, time_point now) { return used(now) + amount <= limit_; }
    /// Also takes what does not fit: whoever asks first uses `fits`.
    void take(std::int64_t amount, time_point now);
    /// Corrects what was taken at `when` by `difference`; nothing if that has come back already.
    void correct(time_point when, std::int64_t difference);

    /// When all of it has come back.
    time_point empty_at(time_point now);

    /// The first moment from `now` on at which `amount` fits; `time_point::max()` if it never does.
    time_point free_at(std::int64_t amount, time_point now);

    /// What is out, oldest first.
    std::vector<taking> takings(time_point now);
    /// Adds takings of an earlier life, in any order.
    void restore(std::vector<taking> earlier);

private:
    /// More than this is merged, towards the later moment: nothing comes back too early.
    static constexpr std::size_t most_takings = 65536;

    void drop_returned(time_point now);
    void merge_pairs();

    std::int64_t limit_;
    std::chrono::nanoseconds length_;
    std::deque<taking> takings_; // by time
    std::int64_t used_ = 0;
};

} // namespace llm_proxy::limits
