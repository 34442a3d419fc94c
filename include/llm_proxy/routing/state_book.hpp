#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/routing/deployment_state.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace llm_proxy::routing {

/// The states of all deployments of the process by their id: a reload of the configuration keeps
/// them. Thread-safe.
class state_book {
public:
    std::shared_ptr<deployment_state> open(const std::string& id);

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<deployment_state>, std::less<>> states_;
};

/// The deployments, each with its state of `book`. A rest for a bad credential ends: the
/// configuration may have brought another.
model::deployment_list with_states(const model::deployment_list& deployments, state_book& book);

} // namespace llm_proxy::routing
