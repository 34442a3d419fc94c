#include "llm_proxy/server/context_memory.hpp"

#include <utility>

namespace llm_proxy::server {

std::optional<std::string> context_memory::find(std::string_view key, net::clock::time_point now) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        return std::nullopt;
    }
    if (found->second->until <= now) {
        forget(key);
        return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front().name;
}

void context_memory::put(std::string_view key, std::string name, net::clock::time_point until) {
    forget(key);
    if (entries_.size() == most_) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
    entries_.push_front({std::string(key), std::move(name), until});
    by_key_.emplace(entries_.front().key, entries_.begin());
}

void context_memory::forget(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) {
        const auto gone = found->second;
        by_key_.erase(found);
        entries_.erase(gone);
    }
}

} // namespace llm_proxy::server
