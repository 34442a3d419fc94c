// The part of model_call that takes a place in the limits.
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/server/model_call.hpp"
#include "llm_proxy/server/quota_place.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::server {

place_wish model_call::wish() const {
    place_wish out;
    out.ranked = {&context_.target, 1};
    out.group = context_.requested_model;
    out.body = body_;
    out.members = &parsed_.members;
    out.default_priority = req_.config->settings->router.default_priority;
    return out;
}

bool model_call::take_free_place() {
    if (context_.target->quota == nullptr) {
        return true;
    }
    auto found = find_place(req_.shared, wish());
    if (found) {
        use(std::move(*found));
    }
    return found.has_value();
}

net::task<std::optional<error>> model_call::wait_for_place() {
    const model::deployment_list ranked = rank();
    place_wish wanted = wish();
    wanted.ranked = ranked;
    auto found = find_place(req_.shared, wanted);
    if (found) {
        use(std::move(*found));
        co_return std::nullopt;
    }
    wanted.longest_wait = longest_wait(ranked);
    auto waited = co_await wait_in_line(req_.shared, req_.interrupts, wanted, found.error());
    if (!waited) {
        error refused = waited.error();
        refused.kind = error_class::rate_limit;
        context_.limit_lines = limit_lines(*context_.target->quota, limits::now());
        co_return refused;
    }
    use(std::move(*waited));
    co_return std::nullopt;
}

model::deployment_list model_call::rank() {
    model::deployment_list out{context_.target};
    routing::choice how = choosing(true);
    std::vector<const model::deployment*> passed = failed_;
    passed.push_back(context_.target.get());
    how.excluded = passed;
    while (const auto* next = routing::choose(*group_, how, req_.shared.random)) {
        out.push_back(*next);
        passed.push_back(next->get());
        how.excluded = passed;
    }
    return out;
}

bool model_call::may_fall_back() const {
    if (form_) {
        return false;
    }
    auto walk = walk_
                    ? *walk_
                    : routing::fallback_walk(req_.config->settings->router, requested_fallbacks());
    return walk
        .next({.asked = context_.requested_model,
               .name = group_->group->name,
               .provider = group_->group->deployments.front()->provider},
              error_class::rate_limit)
        .has_value();
}

void model_call::use(granted_place granted) {
    place_ = std::move(granted.place);
    if (granted.target != context_.target) {
        use_target(granted.target);
    }
    context_.limit_lines = limit_lines(*context_.target->quota, limits::now());
}

std::chrono::duration<double> model_call::longest_wait(const model::deployment_list& ranked) const {
    // Another group that may have room is better than a wait.
    if (may_fall_back()) {
        return std::chrono::duration<double>(0);
    }
    const auto asked = read_number(req_.head.headers.find("x-litellm-max-queue-wait").value_or(""));
    if (asked && *asked >= 0) {
        return std::chrono::duration<double>(std::min(*asked, 3600.0));
    }
    std::optional<double> of_group;
    for (const auto& target : ranked) {
        const auto& own = target->limits_set.max_queue_wait;
        if (own && (!of_group || *own > *of_group)) {
            of_group = own;
        }
    }
    return std::chrono::duration<double>(
        of_group.value_or(req_.config->settings->router.max_queue_wait));
}

} // namespace llm_proxy::server
