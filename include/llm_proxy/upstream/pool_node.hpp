#pragma once

#include "llm_proxy/net/executor.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace llm_proxy::upstream {

/// The connections of one worker to one origin: how many are open, and which of them are idle.
/// I/O-free: time is passed in, and connections are only held.
template <class Connection>
class pool_node {
public:
    using time_point = net::clock::time_point;

    /// An idle connection and for how long it was so.
    struct taken {
        Connection link;
        net::clock::duration idle;
    };

    pool_node(std::size_t max_open, std::size_t max_idle, net::clock::duration idle_time)
        : max_open_(max_open), max_idle_(max_idle), idle_time_(idle_time) {}

    std::size_t open() const { return open_; }
    std::size_t idle() const { return idle_.size(); }
    bool may_open() const { return open_ < max_open_; }
    void opened() { ++open_; }
    void closed() { --open_; }

    /// The connection used last, which is the likeliest to be alive still; nothing if none is young
    /// enough. It stays counted as open.
    std::optional<taken> take(time_point now) {
        if (idle_.empty() || now - idle_.back().since >= idle_time_) {
            return std::nullopt;
        }
        taken last{std::move(idle_.back().link), now - idle_.back().since};
        idle_.pop_back();
        return last;
    }

    /// Keeps an open connection. Returns the one that has to make room for it and is no longer
    /// counted.
    std::optional<Connection> keep(Connection link, time_point now) {
        idle_.push_back(entry{std::move(link), now});
        return idle_.size() > max_idle_ ? take_oldest() : std::nullopt;
    }

    /// The connection idle for longest, no longer counted; nothing if none is idle.
    std::optional<Connection> take_oldest() {
        if (idle_.empty()) {
            return std::nullopt;
        }
        std::optional<Connection> oldest(std::move(idle_.front().link));
        idle_.pop_front();
        closed();
        return oldest;
    }

    /// The connections whose time is over, no longer counted.
    std::vector<Connection> expire(time_point now) {
        std::vector<Connection> over;
        while (!idle_.empty() && now - idle_.front().since >= idle_time_) {
            over.push_back(std::move(*take_oldest()));
        }
        return over;
    }

    /// When `expire` next has something to do.
    std::optional<time_point> next_expiry() const {
        return idle_.empty() ? std::nullopt : std::optional(idle_.front().since + idle_time_);
    }

private:
    struct entry {
        Connection link;
        time_point since;
    };

    std::size_t max_open_;
    std::size_t max_idle_;
    net::clock::duration idle_time_;
    std::size_t open_ = 0;
    std::deque<entry> idle_; // oldest first
};

} // namespace llm_proxy::upstream
