#include "llm_proxy/limits/waiting_line.hpp"

#include <iterator>

namespace llm_proxy::limits {

waiting_line::ticket::~ticket() {
    line_->leave(at_);
}

bool waiting_line::ticket::first() const {
    const std::lock_guard lock(line_->mutex_);
    return line_->waiting_.begin()->first == at_;
}

std::size_t waiting_line::ticket::before() const {
    const std::lock_guard lock(line_->mutex_);
    const auto& all = line_->waiting_;
    return static_cast<std::size_t>(std::distance(all.begin(), all.find(at_)));
}

bool waiting_line::is_before(int priority) const {
    const std::lock_guard lock(mutex_);
    return !waiting_.empty() && waiting_.begin()->first.first <= priority;
}

std::unique_ptr<waiting_line::ticket> waiting_line::join(int priority, std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= longest_) {
        return nullptr;
    }
    const ticket::order at{priority, next_++};
    waiting_.emplace(at, std::move(wake));
    total_->fetch_add(1, std::memory_order_relaxed);
    return std::unique_ptr<ticket>(new ticket(shared_from_this(), at));
}

void waiting_line::leave(ticket::order at) {
    const std::lock_guard lock(mutex_);
    const bool was_first = waiting_.begin()->first == at;
    waiting_.erase(at);
    total_->fetch_sub(1, std::memory_order_relaxed);
    if (was_first && !waiting_.empty()) {
        waiting_.begin()->second();
    }
}

std::shared_ptr<waiting_line> waiting_lines::of(std::string_view group) {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(group);
    if (found != lines_.end()) {
        return found->second;
    }
    // Groups that are gone are forgotten, so that a configuration may change for ever.
    constexpr std::size_t most = 4096;
    if (lines_.size() >= most) {
        std::erase_if(lines_, [](const auto& item) { return item.second.use_count() == 1; });
    }
    return lines_.emplace(group, std::make_shared<waiting_line>(longest, waiting_)).first->second;
}

} // namespace llm_proxy::limits
