#include "llm_proxy/routing/state_book.hpp"

#include <cstddef>
#include <utility>

namespace llm_proxy::routing {

namespace {

/// A configuration that is edited again and again must not fill the memory.
constexpr std::size_t most_states = 10000;

} // namespace

std::shared_ptr<deployment_state> state_book::open(const std::string& id) {
    const std::lock_guard lock(mutex_);
    if (states_.size() >= most_states && states_.find(id) == states_.end()) {
        std::erase_if(states_, [](const auto& item) { return item.second.use_count() == 1; });
    }
    auto& state = states_[id];
    if (state == nullptr) {
        state = std::make_shared<deployment_state>();
    }
    return state;
}

model::deployment_list with_states(const model::deployment_list& deployments, state_book& book) {
    model::deployment_list out;
    for (const auto& item : deployments) {
        auto copy = std::make_shared<model::deployment>(*item);
        copy->state = book.open(item->id);
        copy->state->renew_credential();
        out.push_back(std::move(copy));
    }
    return out;
}

} // namespace llm_proxy::routing
