#include "llm_proxy/server/model_lists.hpp"

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/server/login_access.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace llm_proxy::server {

namespace {

constexpr std::chrono::seconds fresh_for{60};
constexpr std::chrono::seconds rest_after_failure{10};
constexpr std::chrono::minutes good_for{10};
constexpr std::chrono::seconds longest_wait{1};
constexpr std::chrono::seconds longest_fetch{5};
constexpr std::size_t most_at_once = 16;
constexpr std::size_t longest_body = 4UL * 1024 * 1024;

/// Rings when any list has come, as long as it lives.
class list_bell {
public:
    list_bell(std::vector<net::timer*>& all, const net::executor& ex, net::clock::time_point until)
        : all_(all), timer_(ex, until) {
        all_.push_back(&timer_);
    }
    ~list_bell() { std::erase(all_, &timer_); }
    list_bell(const list_bell&) = delete;
    list_bell& operator=(const list_bell&) = delete;
    net::timer& timer() { return timer_; }

private:
    std::vector<net::timer*>& all_;
    net::timer timer_;
};

/// The text of a provider's list, or why there is none.
net::task<result<std::string>> read_text(upstream::exchange& exchange, std::string_view request) {
    const std::array<std::string_view, 1> pieces{request};
    const auto sent = co_await exchange.send(pieces);
    if (!sent.ok()) {
        co_return error(502, "", sent.detail);
    }
    if (exchange.head().status != 200) {
        co_return error(502, "", "status " + std::to_string(exchange.head().status));
    }
    std::string text;
    const auto read = co_await relay::read_whole(exchange, longest_body, text);
    if (!read.ok()) {
        co_return error(502, "", read.detail);
    }
    co_return text;
}

} // namespace

net::task<> model_lists::refresh(model::deployment_list targets, net::interruptor& client) {
    forget_others(targets);
    const auto now = net::clock::now();
    std::vector<list_ptr> awaited;
    for (const auto& target : targets) {
        auto& known = lists_[target->id];
        if (!known) {
            known = std::make_shared<list>();
        }
        if (!known->asking && now >= known->ask_again && asking_ < most_at_once) {
            ask(target, known);
        }
        if (known->asking && !known->failed) {
            awaited.push_back(known);
        }
    }
    co_await wait_for(std::move(awaited), client);
}

void model_lists::forget_others(const model::deployment_list& targets) {
    std::erase_if(lists_, [&](const auto& item) {
        return !item.second->asking &&
               std::none_of(targets.begin(), targets.end(),
                            [&](const auto& target) { return target->id == item.first; });
    });
}

std::vector<std::string> model_lists::names(const model::deployment& of) const {
    const auto found = lists_.find(of.id);
    const bool good = found != lists_.end() && net::clock::now() < found->second->forget;
    return good ? found->second->names : std::vector<std::string>();
}

void model_lists::ask(std::shared_ptr<const model::deployment> target, const list_ptr& into) {
    auto interrupts = std::make_shared<net::interruptor>(shared_.dog);
    into->asking = interrupts;
    ++asking_;
    net::asio::co_spawn(
        shared_.executor, fetch(shared_from_this(), std::move(target), into, interrupts),
        net::asio::bind_cancellation_slot(interrupts->slot(),
                                          [self = shared_from_this(), into, interrupts](
                                              const std::exception_ptr&) { self->ended(*into); }));
}

net::task<> model_lists::fetch(std::shared_ptr<model_lists> self,
                               std::shared_ptr<const model::deployment> target, list_ptr into,
                               std::shared_ptr<net::interruptor> interrupts) {
    co_await interrupts->prepare();
    interrupts->set_deadline(net::clock::now() + longest_fetch);
    into->ask_again = net::clock::now() + rest_after_failure;
    const auto text = co_await self->read_list(*target, *interrupts);
    into->failed = !text;
    if (into->failed) {
        spdlog::info("the models of {} could not be listed: {}", target->group,
                     text.error().message);
        co_return;
    }
    into->names = target->adapter->read_model_list(*text);
    into->ask_again = net::clock::now() + fresh_for;
    into->forget = net::clock::now() + good_for;
}

net::task<result<std::string>> model_lists::read_list(const model::deployment& target,
                                                      net::interruptor& interrupts) {
    std::shared_ptr<const model::access> access;
    if (target.adapter->needs_login()) {
        const auto taken = co_await take_access(shared_, target, target.group, 0);
        if (!taken || !*taken) {
            co_return taken ? taken->error() : error(504, "", "no token in time");
        }
        access = (*taken)->access;
    }
    const std::string request = target.adapter->model_list_request(target, access.get());
    const auto& origin = access && !target.own_base ? access->origin : target.origin;
    auto exchange = shared_.pool.open(origin, interrupts);
    auto text = co_await read_text(*exchange, request);
    co_return text;
}

void model_lists::ended(list& of) {
    of.asking.reset();
    --asking_;
    for (net::timer* waiter : waiters_) {
        waiter->cancel();
    }
}

net::task<> model_lists::wait_for(std::vector<list_ptr> awaited, net::interruptor& client) {
    const auto until = net::clock::now() + longest_wait;
    const auto missing = [&awaited] {
        return std::any_of(awaited.begin(), awaited.end(),
                           [](const list_ptr& one) { return one->asking != nullptr; });
    };
    while (missing() && !client.raised() && net::clock::now() < until) {
        list_bell bell(waiters_, shared_.executor, until);
        net::error_code ec;
        co_await bell.timer().async_wait(net::asio::redirect_error(net::use_task, ec));
    }
}

void model_lists::stop() {
    for (const auto& [id, known] : lists_) {
        if (known->asking) {
            known->asking->raise(net::interrupt::stopping);
        }
    }
}

} // namespace llm_proxy::server
