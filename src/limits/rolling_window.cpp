#include "llm_proxy/limits/rolling_window.hpp"

#include <algorithm>
#include <iterator>

namespace llm_proxy::limits {

std::int64_t rolling_window::used(time_point now) {
    drop_returned(now);
    return used_;
}

void rolling_window::take(std::int64_t amount, time_point now) {
    drop_returned(now);
    used_ += amount;
    if (!takings_.empty() && takings_.back().when >= now) {
        takings_.back().amount += amount;
        return;
    }
    takings_.push_back({now, amount});
    if (takings_.size() > most_takings) {
        merge_pairs();
    }
}

void rolling_window::correct(time_point when, std::int64_t difference) {
    const auto found = std::ranges::lower_bound(takings_, when, {}, &taking::when);
    if (found == takings_.end() || (found == takings_.begin() && found->when != when)) {
        return;
    }
    // A correction may not give back more than was taken.
    const std::int64_t change = std::max(difference, -found->amount);
    found->amount += change;
    used_ += change;
}

time_point rolling_window::empty_at(time_point now) {
    drop_returned(now);
    return takings_.empty() ? now : takings_.back().when + length_;
}

time_point rolling_window::free_at(std::int64_t amount, time_point now) {
    if (fits(amount, now)) {
        return now;
    }
    std::int64_t left = used_;
    for (const taking& out : takings_) {
        left -= out.amount;
        if (left + amount <= limit_) {
            return out.when + std::chrono::duration_cast<time_point::duration>(length_);
        }
    }
    return time_point::max();
}

std::vector<taking> rolling_window::takings(time_point now) {
    drop_returned(now);
    return {takings_.begin(), takings_.end()};
}

void rolling_window::restore(std::vector<taking> earlier) {
    for (const taking& one : earlier) {
        used_ += one.amount;
    }
    std::ranges::copy(earlier, std::back_inserter(takings_));
    std::ranges::sort(takings_, {}, &taking::when);
    while (takings_.size() > most_takings) {
        merge_pairs();
    }
}

void rolling_window::drop_returned(time_point now) {
    while (!takings_.empty() && takings_.front().when + length_ <= now) {
        used_ -= takings_.front().amount;
        takings_.pop_front();
    }
}

void rolling_window::merge_pairs() {
    std::deque<taking> merged;
    for (std::size_t i = 0; i < takings_.size(); ++i) {
        const bool second = i % 2 == 1;
        if (second) {
            merged.back() = {takings_[i].when, merged.back().amount + takings_[i].amount};
        } else {
            merged.push_back(takings_[i]);
        }
    }
    takings_ = std::move(merged);
}

} // namespace llm_proxy::limits
