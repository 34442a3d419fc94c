#include "llm_proxy/net/background.hpp"

#include "llm_proxy/net/event.hpp"

#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace llm_proxy::net {

struct background::job {
    job(executor ex, work what) : loop(ex), todo(std::move(what)), done(ex) {}

    executor loop;
    work todo;
    event done;
    bool abandoned = false; // guarded by the state's mutex
};

struct background::state {
    explicit state(std::size_t most) : max_waiting(most) {}

    bool enqueue(std::shared_ptr<job> next);
    void serve();

    const std::size_t max_waiting;
    std::mutex mutex; // guards all below
    std::condition_variable changed;
    std::deque<std::shared_ptr<job>> queue;
    std::thread thread;
    bool stopping = false;
};

/// That a coroutine waits for a job. While it does its executor is alive, for this lives in its
/// frame: the thread posts to the executor only under the mutex, and not to an abandoned one.
class background::interest {
public:
    interest(std::shared_ptr<state> in, std::shared_ptr<job> what)
        : state_(std::move(in)), job_(std::move(what)) {}
    ~interest() {
        const std::lock_guard lock(state_->mutex);
        job_->abandoned = true;
    }
    interest(const interest&) = delete;
    interest& operator=(const interest&) = delete;

    event& done() { return job_->done; }

private:
    std::shared_ptr<state> state_;
    std::shared_ptr<job> job_;
};

bool background::state::enqueue(std::shared_ptr<job> next) {
    const std::lock_guard lock(mutex);
    if (queue.size() >= max_waiting) {
        return false;
    }
    queue.push_back(std::move(next));
    if (!thread.joinable()) {
        thread = std::thread([this] { serve(); });
    }
    changed.notify_one();
    return true;
}

void background::state::serve() {
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return stopping || !queue.empty(); });
        if (stopping) {
            return;
        }
        const std::shared_ptr<job> next = std::move(queue.front());
        queue.pop_front();
        if (next->abandoned) {
            continue;
        }
        lock.unlock();
        next->todo();
        lock.lock();
        if (!next->abandoned) {
            asio::post(next->loop, [next] { next->done.notify(); });
        }
    }
}

background::background(std::size_t max_waiting) : state_(std::make_shared<state>(max_waiting)) {}

background::~background() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        state_->changed.notify_all();
    }
    if (state_->thread.joinable()) {
        state_->thread.join();
    }
}

task<bool> background::run(executor ex, work todo) {
    auto next = std::make_shared<job>(ex, std::move(todo));
    if (!state_->enqueue(next)) {
        co_return false;
    }
    interest waiting(state_, std::move(next));
    const bool done = co_await waiting.done().wait();
    co_return done;
}

} // namespace llm_proxy::net
