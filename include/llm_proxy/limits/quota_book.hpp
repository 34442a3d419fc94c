#pragma once

#include "llm_proxy/limits/shared_quota.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace llm_proxy::limits {

/// All quotas of the process by their identity: a deployment keeps its counts through reloads,
/// wherever in the file it moves. Thread-safe.
class quota_book {
public:
    /// With a ledger the counts outlive the process as well.
    explicit quota_book(std::unique_ptr<ledger> kept = nullptr) : kept_(std::move(kept)) {}

    /// The quota of that identity, made if it is new. `name` is for people.
    std::shared_ptr<shared_quota> open(const std::string& identity, const std::string& name,
                                       time_point now);

private:
    std::unique_ptr<ledger> kept_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<shared_quota>, std::less<>> quotas_;
};

} // namespace llm_proxy::limits
