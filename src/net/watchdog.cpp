#include "llm_proxy/net/watchdog.hpp"

namespace llm_proxy::net {

watchdog::watchdog(executor ex) : timer_(ex) {}

void watchdog::stop() {
    stopped_ = true;
    timer_.cancel();
}

void watchdog::add(interruptor& item) {
    item.next_ = first_;
    if (first_ != nullptr) {
        first_->previous_ = &item;
    }
    first_ = &item;
    schedule();
}

void watchdog::remove(interruptor& item) {
    if (cursor_ == &item) {
        cursor_ = item.next_;
    }
    if (item.previous_ != nullptr) {
        item.previous_->next_ = item.next_;
    } else {
        first_ = item.next_;
    }
    if (item.next_ != nullptr) {
        item.next_->previous_ = item.previous_;
    }
}

void watchdog::schedule() {
    if (ticking_ || stopped_) {
        return;
    }
    ticking_ = true;
    timer_.expires_after(tick);
    timer_.async_wait([this](error_code ec) {
        ticking_ = false;
        if (!ec) {
            look();
        }
    });
}

void watchdog::look() {
    const auto now = clock::now();
    for (cursor_ = first_; cursor_ != nullptr;) {
        interruptor& item = *cursor_;
        cursor_ = item.next_;
        // A deadline stays set until its coroutine clears it, so a wake-up that met no waiting
        // operation is given again at the next tick.
        if (item.deadline_ <= now) {
            item.raise(item.deadline_reason_);
        } else if (item.reason_ >= interrupt::client_gone) {
            item.raise(item.reason_);
        }
    }
    if (first_ != nullptr) {
        schedule();
    }
}

} // namespace llm_proxy::net
