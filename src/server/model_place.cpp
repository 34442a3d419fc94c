// The part of model_call that takes a place in the limits.
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/server/model_call.hpp"
#include "llm_proxy/server/quota_place.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::server {

net::task<bool> model_call::take_place() {
    if (context_.target->quota == nullptr) {
        co_return true;
    }
    place_wish wish;
    wish.ranked = ranked_;
    wish.group = context_.requested_model;
    wish.body = body_;
    wish.members = &parsed_.members;
    wish.default_priority = req_.config->settings->router.default_priority;
    auto found = find_place(req_.shared, wish);
    if (found) {
        co_return use(std::move(*found));
    }
    wish.longest_wait = longest_wait();
    auto waited = co_await wait_for_place(req_.shared, req_.interrupts, wish, found.error());
    if (req_.interrupts.reason() >= net::interrupt::client_gone) {
        req_.client.close_after();
        co_return false;
    }
    if (waited) {
        co_return use(std::move(*waited));
    }
    close_unless_read();
    const std::string lines = limit_lines(*context_.target->quota, limits::now());
    co_await req_.send_error(waited.error(), lines);
    co_return false;
}

bool model_call::use(granted_place granted) {
    place_ = std::move(granted.place);
    if (granted.target != context_.target) {
        aim(std::move(granted.target));
    }
    context_.limit_lines = limit_lines(*context_.target->quota, limits::now());
    return true;
}

std::chrono::duration<double> model_call::longest_wait() const {
    const auto asked = read_number(req_.head.headers.find("x-litellm-max-queue-wait").value_or(""));
    if (asked && *asked >= 0) {
        return std::chrono::duration<double>(std::min(*asked, 3600.0));
    }
    std::optional<double> of_group;
    for (const auto& target : ranked_) {
        const auto& own = target->limits_set.max_queue_wait;
        if (own && (!of_group || *own > *of_group)) {
            of_group = own;
        }
    }
    return std::chrono::duration<double>(
        of_group.value_or(req_.config->settings->router.max_queue_wait));
}

} // namespace llm_proxy::server
