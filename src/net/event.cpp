#include "llm_proxy/net/event.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
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
            slot.assign([this](asio::cancellation_type) { resume(false); });
        }
    };
    const bool notified =
        co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(bool)>(start,
                                                                                         use_task);
    co_return notified;
}

void event::notify() {
    if (waiter_) {
        resume(true);
    } else {
        notified_ = true;
    }
}

void event::resume(bool notified) {
    if (!waiter_) {
        return;
    }
    auto slot = asio::get_associated_cancellation_slot(*waiter_);
    if (slot.is_connected()) {
        slot.clear();
    }
    handler waiter = std::move(*waiter_);
    waiter_.reset();
    // Posted, never called: the waker may be in the middle of the object that the waiter destroys.
    asio::post(executor_, asio::append(std::move(waiter), notified));
}

} // namespace llm_proxy::net
