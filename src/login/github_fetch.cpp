#include "llm_proxy/login/github_fetch.hpp"

#include <array>
#include <string_view>

namespace llm_proxy::login {

namespace {

constexpr std::chrono::seconds time_limit{10};
constexpr std::size_t largest_body = 64UL * 1024;

} // namespace

net::task<reply> fetch(upstream::pool& pool, github_request request, net::interruptor& interrupts) {
    reply out;
    interrupts.set_deadline(net::clock::now() + time_limit);
    auto exchange = pool.open(request.to, interrupts);
    const std::array<std::string_view, 1> pieces{request.text};
    upstream::outcome step = co_await exchange->send(pieces);
    while (step.ok() && !exchange->complete() && out.body.size() <= largest_body) {
        std::string_view piece;
        step = co_await exchange->read(piece);
        out.body.append(piece);
    }
    interrupts.clear_deadline();
    if (!step.ok()) {
        out.fault = interrupts.reason() == net::interrupt::deadline ? "no answer in time"
                                                                    : std::move(step.detail);
    } else if (!exchange->complete()) {
        out.fault = "the answer is too large";
    } else {
        out.status = exchange->head().status;
    }
    co_return out;
}

} // namespace llm_proxy::login
