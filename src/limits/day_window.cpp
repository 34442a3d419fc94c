#include "llm_proxy/limits/day_window.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::limits {

void day_window::set_rule(reset_rule rule) {
    if (rule.text() != rule_.text()) {
        rule_ = std::move(rule);
        reset_ = std::min(reset_, rule_.next(began_));
    }
}

std::int64_t day_window::used(time_point now) {
    roll(now);
    return used_;
}

void day_window::take(std::int64_t amount, time_point now) {
    roll(now);
    used_ += amount;
}

void day_window::correct(time_point when, std::int64_t difference) {
    if (when >= began_) {
        used_ = std::max<std::int64_t>(0, used_ + difference);
    }
}

void day_window::raise_used(std::int64_t amount, time_point now) {
    roll(now);
    used_ = std::max(used_, amount);
}

time_point day_window::next_reset(time_point now) {
    roll(now);
    return reset_;
}

void day_window::set_next_reset(time_point when, time_point now) {
    roll(now);
    reset_ = when;
}

time_point day_window::free_at(std::int64_t amount, time_point now) {
    if (fits(amount, now)) {
        return now;
    }
    return amount > limit_ ? time_point::max() : reset_;
}

void day_window::restore(std::int64_t used, time_point began, time_point reset) {
    used_ = used;
    began_ = began;
    reset_ = reset;
}

void day_window::roll(time_point now) {
    if (now < reset_) {
        return;
    }
    used_ = 0;
    began_ = now;
    reset_ = rule_.next(now);
}

} // namespace llm_proxy::limits
