#include "llm_proxy/upstream/resolver.hpp"

#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace llm_proxy::upstream {

namespace {

namespace asio = net::asio;

using shared_answer = std::shared_ptr<const resolution>;

/// Where an answer is put, on the thread of the coroutine that waits for it.
struct answer_slot {
    explicit answer_slot(const net::executor& ex) : bell(ex, net::clock::time_point::max()) {}

    net::timer bell;
    shared_answer answer;
};

} // namespace

/// Shared with the threads, which may outlive the resolver.
struct resolver::state {
    struct name {
        shared_answer answer; // null while it is being looked up
        net::clock::time_point expires;
        std::vector<question*> waiting;
    };

    state(lookup with, const resolver_options& bounds) : how(std::move(with)), options(bounds) {}

    void enqueue(const std::string& host, const std::shared_ptr<state>& self);
    void make_room();
    void settle(const std::string& host, shared_answer answer);
    static void work(std::shared_ptr<state> self);

    const lookup how;
    const resolver_options options;
    std::mutex mutex; // guards all below
    std::condition_variable changed;
    std::unordered_map<std::string, name> names;
    std::deque<std::string> queue;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stopping = false;
};

/// One coroutine's interest in one name. While it is registered its executor is alive, for it lives
/// in that coroutine's frame: the threads post to the executor only under the mutex.
class resolver::question {
public:
    question(std::shared_ptr<state> from, net::executor ex, const std::string& host)
        : state_(std::move(from)), executor_(ex), host_(host),
          slot_(std::make_shared<answer_slot>(ex)) {
        const std::lock_guard lock(state_->mutex);
        auto entry = state_->names.find(host_);
        if (entry != state_->names.end() && entry->second.answer &&
            entry->second.expires <= net::clock::now()) {
            state_->names.erase(entry);
            entry = state_->names.end();
        }
        if (entry != state_->names.end()) {
            slot_->answer = entry->second.answer;
        } else if (state_->queue.size() < state_->options.max_queue) {
            state_->enqueue(host_, state_);
            entry = state_->names.find(host_);
        } else {
            slot_->answer = std::make_shared<const resolution>(
                std::string("too many names are waiting to be resolved"));
        }
        if (!slot_->answer) {
            entry->second.waiting.push_back(this);
        }
    }

    ~question() {
        const std::lock_guard lock(state_->mutex);
        const auto entry = state_->names.find(host_);
        if (entry != state_->names.end()) {
            std::erase(entry->second.waiting, this);
        }
    }

    question(const question&) = delete;
    question& operator=(const question&) = delete;

    answer_slot& slot() { return *slot_; }

    /// On a resolver thread, under the mutex.
    void deliver(const shared_answer& answer) {
        asio::post(executor_, [weak = std::weak_ptr(slot_), answer] {
            if (const auto slot = weak.lock()) {
                slot->answer = answer;
                slot->bell.cancel();
            }
        });
    }

private:
    std::shared_ptr<state> state_;
    net::executor executor_;
    std::string host_;
    std::shared_ptr<answer_slot> slot_;
};

void resolver::state::enqueue(const std::string& host, const std::shared_ptr<state>& self) {
    make_room();
    names.try_emplace(host);
    queue.push_back(host);
    if (queue.size() > idle && threads < options.threads) {
        std::thread(&state::work, self).detach();
        ++threads;
    }
    changed.notify_one();
}

void resolver::state::make_room() {
    if (names.size() < options.max_names) {
        return;
    }
    const auto now = net::clock::now();
    std::erase_if(names, [now](const auto& entry) {
        return entry.second.answer && entry.second.expires <= now;
    });
    // Names that are being looked up stay: their number is bounded by the queue and the threads.
    for (auto entry = names.begin(); entry != names.end() && names.size() >= options.max_names;) {
        entry = entry->second.answer ? names.erase(entry) : std::next(entry);
    }
}

void resolver::state::settle(const std::string& host, shared_answer answer) {
    name& entry = names[host];
    for (question* waiter : entry.waiting) {
        waiter->deliver(answer);
    }
    entry.waiting.clear();
    const bool found = !answer->addresses.empty();
    entry.expires = net::clock::now() + (found ? options.keep_found : options.keep_failed);
    entry.answer = std::move(answer);
}

void resolver::state::work(std::shared_ptr<state> self) {
    std::unique_lock lock(self->mutex);
    for (;;) {
        ++self->idle;
        self->changed.wait(lock, [&] { return self->stopping || !self->queue.empty(); });
        --self->idle;
        if (self->stopping) {
            return;
        }
        const std::string host = std::move(self->queue.front());
        self->queue.pop_front();
        lock.unlock();
        auto answer = std::make_shared<const resolution>(self->how(host));
        lock.lock();
        self->settle(host, std::move(answer));
    }
}

resolver::resolver(lookup how, const resolver_options& options)
    : state_(std::make_shared<state>(std::move(how), options)) {}

resolver::~resolver() {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
}

net::task<resolution> resolver::resolve(net::executor ex, std::string host) {
    net::error_code not_address;
    const auto address = asio::ip::make_address(host, not_address);
    if (!not_address) {
        std::vector<asio::ip::address> only(1, address);
        co_return resolution(std::move(only));
    }
    question asked(state_, ex, host);
    if (!asked.slot().answer) {
        net::error_code rung;
        co_await asked.slot().bell.async_wait(asio::redirect_error(net::use_task, rung));
    }
    if (!asked.slot().answer) {
        co_return resolution(std::string("the lookup was interrupted"));
    }
    co_return *asked.slot().answer;
}

} // namespace llm_proxy::upstream
