#include "llm_proxy/upstream/keep_alive_pool.hpp"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::upstream {

namespace {

namespace asio = net::asio;

/// Idle for longer than this, a connection is looked at before it is used again.
constexpr std::chrono::seconds trusted_idle_time{1};

} // namespace

/// A place in the line of an origin, for as long as the waiting coroutine's frame lives.
class keep_alive_pool::turn {
public:
    turn(origin& at, const net::executor& ex)
        : bell(ex, net::clock::time_point::max()), line_(at.waiting),
          place_(line_.insert(line_.end(), this)) {}
    ~turn() { leave_line(); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

    /// Hands over a slot, and a connection if `kept` has one.
    void grant(connection link) {
        leave_line();
        granted = true;
        kept = std::move(link);
        bell.cancel();
    }

    net::timer bell;
    bool granted = false;
    connection kept;

private:
    void leave_line() {
        if (place_ != line_.end()) {
            line_.erase(std::exchange(place_, line_.end()));
        }
    }

    std::list<turn*>& line_;
    std::list<turn*>::iterator place_;
};

keep_alive_pool::keep_alive_pool(connector links, net::executor ex, const pool_options& options)
    : links_(std::move(links)), executor_(ex), options_(options), reaper_(ex) {}

keep_alive_pool::origin& keep_alive_pool::enter(const endpoint& to) {
    origin& at = origins_.try_emplace(to, to.max_connections, options_).first->second;
    ++at.users;
    return at;
}

void keep_alive_pool::leave(const endpoint& to, origin& at) {
    --at.users;
    if (at.users == 0 && at.node.open() == 0) {
        origins_.erase(to);
    }
}

std::optional<connection> keep_alive_pool::take_kept(origin& at) {
    if (at.node.idle() == 0) {
        return std::nullopt;
    }
    const auto now = net::clock::now();
    while (auto last = at.node.take(now)) {
        --idle_;
        if (last->idle < trusted_idle_time || last->link.stream->is_silent()) {
            return std::move(last->link);
        }
        discard(std::move(last->link));
        at.node.closed();
    }
    return std::nullopt;
}

net::task<outcome> keep_alive_pool::take_slot(origin& at, connection& kept) {
    if (at.node.may_open()) {
        if (open_ >= options_.max_connections && !make_room()) {
            co_return outcome(failure::exhausted, "too many connections are open");
        }
        at.node.opened();
        ++open_;
        co_return outcome();
    }
    if (at.waiting.size() >= options_.max_waiting_per_endpoint) {
        co_return outcome(failure::exhausted, "too many requests wait for a connection");
    }
    turn mine(at, executor_);
    net::error_code rung;
    co_await mine.bell.async_wait(asio::redirect_error(net::use_task, rung));
    if (!mine.granted) {
        co_return outcome(failure::interrupted, "interrupted while waiting for a connection");
    }
    kept = std::move(mine.kept);
    co_return outcome();
}

void keep_alive_pool::keep(origin& at, connection link) {
    if (!at.waiting.empty()) {
        at.waiting.front()->grant(std::move(link));
        return;
    }
    if (stopped_) {
        discard(std::move(link));
        at.node.closed();
        return;
    }
    const auto now = net::clock::now();
    ++idle_;
    if (auto displaced = at.node.keep(std::move(link), now)) {
        --idle_;
        discard(std::move(*displaced));
    }
    if (!reaping_ && idle_ > 0) {
        schedule_reaping(now + options_.idle_time);
    }
}

void keep_alive_pool::give_back_slot(origin& at) {
    if (!at.waiting.empty()) {
        at.waiting.front()->grant(connection());
        return;
    }
    at.node.closed();
    --open_;
}

/// Closes an idle connection of whichever origin has one.
bool keep_alive_pool::make_room() {
    for (auto& [to, at] : origins_) {
        if (auto oldest = at.node.take_oldest()) {
            --idle_;
            discard(std::move(*oldest));
            return true;
        }
    }
    return false;
}

void keep_alive_pool::discard(connection link) {
    link.stream->close();
    --open_;
}

void keep_alive_pool::schedule_reaping(net::clock::time_point when) {
    reaping_ = true;
    reaper_.expires_at(when);
    reaper_.async_wait([weak = weak_from_this()](net::error_code ec) {
        const auto self = weak.lock();
        if (!ec && self) {
            self->reap();
        }
    });
}

void keep_alive_pool::reap() {
    reaping_ = false;
    const auto now = net::clock::now();
    auto next = net::clock::time_point::max();
    for (auto entry = origins_.begin(); entry != origins_.end();) {
        origin& at = entry->second;
        for (connection& over : at.node.expire(now)) {
            --idle_;
            discard(std::move(over));
        }
        next = std::min(next, at.node.next_expiry().value_or(net::clock::time_point::max()));
        const bool unused = at.users == 0 && at.node.open() == 0;
        entry = unused ? origins_.erase(entry) : std::next(entry);
    }
    if (idle_ > 0) {
        schedule_reaping(next);
    }
}

void keep_alive_pool::stop() {
    stopped_ = true;
    reaper_.cancel();
    while (make_room()) {
    }
}

} // namespace llm_proxy::upstream
