#include "llm_proxy/net/event.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace llm_proxy::net {

task<bool> event::wait() {
    if (std::exchange(notified_, false)) {
        co_return true;
    }
    auto start = [this](handler waiter) {
        auto slot = asio::get_associated_cancellation_slot(waiter);
        waiter_.emplace(std::move(waiter));
        if (slot.is_connected()) {
            slot.assign([this](asio::cancellation_type) { interrupt(); });
        }
    };
    const bool notified =
        co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(bool)>(start,
                                                                                         use_task);
    co_return notified;
}

void event::notify() {
    if (waiter_) {
        asio::dispatch(executor_, asio::append(take_waiter(), true));
    } else {
        notified_ = true;
    }
}

event::handler event::take_waiter() {
    auto slot = asio::get_associated_cancellation_slot(*waiter_);
    if (slot.is_connected()) {
        slot.clear();
    }
    handler waiter = std::move(*waiter_);
    waiter_.reset();
    return waiter;
}

void event::interrupt() {
    if (waiter_) {
        // Posted, not called: the interruptor that calls this may be the waiter's to destroy.
        asio::post(executor_, asio::append(take_waiter(), false));
    }
}

} // namespace llm_proxy::net
