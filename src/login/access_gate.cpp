#include "llm_proxy/login/access_gate.hpp"

#include "llm_proxy/net/event.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace llm_proxy::login {

namespace {

/// How often a worker asks again for a newer access while it has not come.
constexpr std::chrono::seconds refresh_interval{5};

/// One call's waiting. The source may answer after the call has left.
struct turn {
    explicit turn(net::executor ex) : bell(ex) {}

    net::event bell;
    std::optional<result<grant>> outcome;
};

} // namespace

bool access_gate::holds_good(std::uint64_t refused) {
    if (source_.version() != held_.version) {
        held_ = source_.current();
    }
    const auto now = clock::now();
    if (!held_.good(now) || held_.version == refused) {
        return false;
    }
    if (now >= held_.refresh && now >= next_refresh_) {
        next_refresh_ = now + refresh_interval;
        source_.refresh();
    }
    return true;
}

net::task<std::optional<result<grant>>> access_gate::get(std::uint64_t refused) {
    if (holds_good(refused)) {
        co_return held_;
    }
    auto mine = std::make_shared<turn>(executor_);
    source_.acquire(refused, [mine, ex = executor_](result<grant> outcome) {
        net::asio::post(ex, [mine, got = std::move(outcome)]() mutable {
            mine->outcome = std::move(got);
            mine->bell.notify();
        });
    });
    co_await mine->bell.wait();
    co_return std::move(mine->outcome);
}

} // namespace llm_proxy::login
