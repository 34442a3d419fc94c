#include "llm_proxy/limits/quota_book.hpp"

namespace llm_proxy::limits {

std::shared_ptr<shared_quota> quota_book::open(const std::string& identity, const std::string& name,
                                               time_point now) {
    const std::lock_guard lock(mutex_);
    const auto found = quotas_.find(identity);
    if (found != quotas_.end()) {
        return found->second;
    }
    // A configuration that is edited again and again must not fill the memory.
    if (quotas_.size() >= ledger::entries) {
        std::erase_if(quotas_, [](const auto& item) { return item.second.use_count() == 1; });
    }
    ledger_entry* entry = kept_ == nullptr ? nullptr : kept_->find(identity, now);
    auto made = std::make_shared<shared_quota>(name, entry, now);
    quotas_.emplace(identity, made);
    return made;
}

} // namespace llm_proxy::limits
