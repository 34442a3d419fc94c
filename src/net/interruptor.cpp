#include "llm_proxy/net/interruptor.hpp"

#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/this_coro.hpp>

namespace llm_proxy::net {

interruptor::interruptor(watchdog& dog) : dog_(dog) {
    dog_.add(*this);
}

interruptor::~interruptor() {
    dog_.remove(*this);
}

task<> interruptor::prepare() {
    co_await asio::this_coro::throw_if_cancelled(false);
}

void interruptor::raise(interrupt why) {
    if (why > reason_) {
        reason_ = why;
    }
    signal_.emit(asio::cancellation_type::terminal);
}

task<> interruptor::clear() {
    if (reason_ <= interrupt::deadline) {
        reason_ = interrupt::none;
    }
    co_await asio::this_coro::reset_cancellation_state();
}

void interruptor::set_deadline(clock::time_point when, interrupt why) {
    deadline_ = when;
    deadline_reason_ = why;
}

} // namespace llm_proxy::net
