#pragma once

#include "llm_proxy/limits/reset_rule.hpp"

#include <cstdint>

namespace llm_proxy::limits {

/// A limit on what is taken between two resets. Used by one thread at a time; `now` must not go
/// back from call to call.
class day_window {
public:
    day_window(std::int64_t limit, reset_rule rule) : limit_(limit), rule_(std::move(rule)) {}

    std::int64_t limit() const { return limit_; }
    void set_limit(std::int64_t limit) { limit_ = limit; }
    void set_rule(reset_rule rule);

    std::int64_t used(time_point now);
    bool fits(std::int64_t amount, time_point now) { return used(now) + amount <= limit_; }
    /// Also takes what does not fit.
    void take(std::int64_t amount, time_point now);
    /// Corrects what was taken at `when` by `difference`; nothing if that was before the last
    /// reset.
    void correct(time_point when, std::int64_t difference);
    /// The provider told its count: of two the larger holds.
    void raise_used(std::int64_t amount, time_point now);

    time_point next_reset(time_point now);
    /// The provider told when it resets, which the rule did not know. Holds for this day.
    void set_next_reset(time_point when, time_point now);

    /// The first moment from `now` on at which `amount` fits; `time_point::max()` if it never does.
    time_point free_at(std::int64_t amount, time_point now);

    /// A count of an earlier life, for the day that ends at `reset`. Before anything is taken.
    void restore(std::int64_t used, time_point began, time_point reset);
    time_point began() const { return began_; }

private:
    void roll(time_point now);

    std::int64_t limit_;
    reset_rule rule_;
    std::int64_t used_ = 0;
    time_point began_;
    time_point reset_; // of the day that is counted; the epoch before the first use
};

} // namespace llm_proxy::limits
