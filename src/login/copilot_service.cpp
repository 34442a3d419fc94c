#include "llm_proxy/login/copilot_service.hpp"

#include "llm_proxy/login/github_fetch.hpp"
#include "llm_proxy/login/login_fsm.hpp"
#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace llm_proxy::login {

namespace asio = net::asio;

namespace {

constexpr std::size_t most_waiting = 4096;

error too_many_waiting() {
    return error(503, "internal_server_error", "Too many calls wait for a token of GitHub Copilot");
}

/// Few and rare requests: nothing is kept for long.
upstream::pool_options pool_options() {
    upstream::pool_options out;
    out.max_idle_per_endpoint = 1;
    return out;
}

} // namespace

struct copilot_service::state : std::enable_shared_from_this<copilot_service::state> {
    using step = login_fsm::step;

    state(net::executor ex, upstream::shared_services& upstreams, copilot_settings chosen)
        : executor(ex), settings(std::move(chosen)), fsm(settings), dog(ex), rest(ex),
          pool(upstreams.make_pool(ex, pool_options())) {}

    void use(bool wanted) {
        const auto now = clock::now();
        fsm.want(wanted, now);
        if (wanted) {
            const auto made = make_token_folder(settings);
            if (!made) {
                spdlog::warn("GitHub Copilot: {}", made.error().message);
            }
            fsm.take_files(read_token_files(settings), now);
        }
        go_on();
    }

    void look_at_files() {
        fsm.take_files(read_token_files(settings), clock::now());
        go_on();
    }

    void acquire(std::uint64_t refused, receiver done) {
        const auto now = clock::now();
        if (!fsm.current().good(now) && waiting.empty()) {
            // A login that came a moment ago counts for this call too.
            fsm.take_files(read_token_files(settings), now);
        }
        auto answer = fsm.ask(refused, now);
        if (answer) {
            done(std::move(*answer));
        } else if (waiting.size() >= most_waiting) {
            done(too_many_waiting());
        } else {
            waiting.emplace_back(refused, std::move(done));
        }
        go_on();
    }

    /// After whatever happened: tells who waits, and starts what is due.
    void go_on() {
        if (stopping) {
            return;
        }
        std::erase_if(waiting, [this, now = clock::now()](const auto& one) {
            auto answer = fsm.ask(one.first, now);
            if (answer) {
                one.second(std::move(*answer));
            }
            return answer.has_value();
        });
        if (!running) {
            const auto todo = fsm.next(clock::now());
            if (todo.what == step::rest) {
                rest_until(todo.when);
            } else {
                start(todo.what);
            }
        }
        publish();
    }

    void rest_until(clock::time_point when) {
        rest.cancel();
        if (when == clock::time_point::max()) {
            return;
        }
        rest.expires_after(std::chrono::duration_cast<net::clock::duration>(when - clock::now()));
        rest.async_wait([weak = weak_from_this()](net::error_code ec) {
            const auto self = weak.lock();
            if (!ec && self) {
                self->go_on();
            }
        });
    }

    void start(step what) {
        running = std::make_shared<net::interruptor>(dog);
        asio::co_spawn(executor, perform(what, shared_from_this(), running),
                       asio::bind_cancellation_slot(
                           running->slot(), [self = shared_from_this(),
                                             what](const std::exception_ptr& thrown, reply answer) {
                               self->finish(what, thrown ? unexpected(thrown) : std::move(answer));
                           }));
    }

    void finish(step what, const reply& answer) {
        running.reset();
        if (stopping) {
            dog.stop();
            return;
        }
        take(what, answer);
        go_on();
    }

    static net::task<reply> perform(step what, std::shared_ptr<state> self,
                                    std::shared_ptr<net::interruptor> interrupts) {
        reply answer;
        co_await interrupts->prepare();
        if (!self->stopping) {
            github_request request = self->request_for(what);
            answer = co_await fetch(*self->pool, std::move(request), *interrupts);
        }
        co_return answer;
    }

    /// A failure that should not be is one more try.
    static reply unexpected(const std::exception_ptr& thrown) {
        reply out;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& failure) {
            out.fault = failure.what();
        }
        return out;
    }

    github_request request_for(step what) const {
        switch (what) {
        case step::exchange:
            return exchange_request(settings, fsm.access_token());
        case step::poll:
            return poll_request(settings, fsm.device_code());
        default:
            return device_code_request(settings);
        }
    }

    void take(step what, const reply& answer) {
        const auto now = clock::now();
        switch (what) {
        case step::exchange:
            fsm.take_exchange(answer, now);
            break;
        case step::poll:
            fsm.take_poll(answer, now);
            break;
        default:
            fsm.take_code(answer, now);
        }
        const kept_tokens writes = fsm.take_writes();
        if (!writes.access_token.empty() || !writes.document.empty()) {
            write(settings.access_token_file, writes.access_token);
            write(settings.api_key_file, writes.document);
            fsm.note_files(read_token_files(settings));
        }
    }

    /// A login that cannot be written still counts while the daemon runs.
    void write(const std::filesystem::path& file, const secret& text) {
        if (text.empty()) {
            return;
        }
        const auto written = write_token_file(settings, file, text);
        if (!written) {
            spdlog::warn("GitHub Copilot: {}; the token is kept in memory only",
                         written.error().message);
        }
    }

    void publish() {
        login_status next = fsm.status(clock::now());
        log_change(next);
        {
            const std::scoped_lock lock(mutex);
            shown = std::move(next);
            given = fsm.current();
        }
        version.store(fsm.current().version, std::memory_order_release);
    }

    /// Only this thread writes `shown`, so it may read it without the lock.
    void log_change(const login_status& next) const {
        if (next.prompt && next.prompt != shown.prompt) {
            const auto left = next.prompt->expires - clock::now();
            spdlog::warn(
                "GitHub Copilot: Please visit {} and enter code {} to authenticate. It is good for "
                "{} minutes.",
                next.prompt->verification_uri, next.prompt->user_code,
                std::chrono::ceil<std::chrono::minutes>(left).count());
        }
        if (!next.reason.empty() && next.reason != shown.reason) {
            spdlog::warn("GitHub Copilot: {}", next.reason);
        }
        if (next.state == login_state::logged_in && shown.state != login_state::logged_in) {
            spdlog::info("GitHub Copilot: logged in");
        }
    }

    void stop() {
        stopping = true;
        waiting.clear();
        rest.cancel();
        if (running) {
            running->raise(net::interrupt::stopping); // and the watchdog again until it is heard
        } else {
            dog.stop();
        }
        pool->stop();
    }

    net::executor executor;
    copilot_settings settings;
    login_fsm fsm;
    net::watchdog dog;
    net::timer rest;
    std::unique_ptr<upstream::pool> pool;
    std::vector<std::pair<std::uint64_t, receiver>> waiting;
    std::shared_ptr<net::interruptor> running; // of the one request at a time
    bool stopping = false;

    std::atomic<std::uint64_t> version{0};
    mutable std::mutex mutex; // guards the two below
    grant given;
    login_status shown;
};

copilot_service::copilot_service(net::executor ex, upstream::shared_services& upstreams,
                                 copilot_settings settings)
    : state_(std::make_shared<state>(ex, upstreams, std::move(settings))) {}

copilot_service::~copilot_service() {
    // What is still under way keeps the state until the context ends; the pool must not last so.
    state_->stop();
    state_->pool.reset();
}

void copilot_service::use(bool wanted) {
    state_->use(wanted);
}

void copilot_service::files_changed() {
    state_->look_at_files();
}

std::vector<std::string> copilot_service::files() const {
    return {state_->settings.access_token_file.string(), state_->settings.api_key_file.string()};
}

void copilot_service::stop() {
    state_->stop();
}

std::uint64_t copilot_service::version() const {
    return state_->version.load(std::memory_order_acquire);
}

grant copilot_service::current() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->given;
}

login_status copilot_service::status() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->shown;
}

void copilot_service::acquire(std::uint64_t refused, receiver done) {
    asio::post(state_->executor,
               [weak = std::weak_ptr(state_), refused, done = std::move(done)]() mutable {
                   const auto self = weak.lock();
                   if (self && !self->stopping) {
                       self->acquire(refused, std::move(done));
                   }
               });
}

void copilot_service::refresh() {
    asio::post(state_->executor, [weak = std::weak_ptr(state_)] {
        const auto self = weak.lock();
        if (self && !self->stopping) {
            self->fsm.refresh(clock::now());
            self->go_on();
        }
    });
}

} // namespace llm_proxy::login
