#include "llm_proxy/upstream/connect_race.hpp"

#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/redirect_error.hpp>

#include <list>
#include <memory>
#include <utility>

namespace llm_proxy::upstream {

namespace {

namespace asio = net::asio;
using asio::ip::tcp;

std::string describe(const tcp::endpoint& address, const net::error_code& ec) {
    const auto& ip = address.address();
    const std::string host = ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string();
    return host + ":" + std::to_string(address.port()) + ": " + ec.message();
}

/// Kept alive by the operations it has started.
class race : public std::enable_shared_from_this<race> {
public:
    race(const net::executor& ex, std::vector<tcp::endpoint> addresses)
        : executor_(ex), addresses_(std::move(addresses)), next_start_(ex),
          over_bell_(ex, net::clock::time_point::max()) {
        result_.problem = "no address";
    }

    void start_next() {
        if (over_) {
            return;
        }
        if (started_ == addresses_.size()) {
            if (attempts_.empty()) {
                finish();
            }
            return;
        }
        const auto attempt = attempts_.emplace(attempts_.end(), executor_);
        const tcp::endpoint to = addresses_[started_++];
        next_start_.expires_after(connection_attempt_delay);
        next_start_.async_wait([self = shared_from_this()](net::error_code ec) {
            if (!ec) {
                self->start_next();
            }
        });
        attempt->async_connect(to, [self = shared_from_this(), attempt, to](net::error_code ec) {
            self->on_connect(attempt, to, ec);
        });
    }

    bool over() const { return over_; }
    net::timer& over_bell() { return over_bell_; }

    /// Closes what is under way and hands over the winner.
    connected stop() {
        finish();
        return std::move(result_);
    }

private:
    using attempt_list = std::list<net::tcp_socket>;

    void on_connect(attempt_list::iterator attempt, const tcp::endpoint& to,
                    const net::error_code& ec) {
        if (over_) {
            return;
        }
        if (ec) {
            result_.problem = describe(to, ec);
            attempts_.erase(attempt);
            start_next();
            return;
        }
        result_.socket.emplace(std::move(*attempt));
        finish();
    }

    void finish() {
        over_ = true;
        for (net::tcp_socket& attempt : attempts_) {
            net::error_code ignored;
            attempt.close(ignored);
        }
        next_start_.cancel();
        over_bell_.cancel();
    }

    net::executor executor_;
    std::vector<tcp::endpoint> addresses_;
    std::size_t started_ = 0;
    attempt_list attempts_; // under way; kept when over, for their handlers hold iterators
    net::timer next_start_;
    net::timer over_bell_;
    bool over_ = false;
    connected result_;
};

/// Ends the race however the coroutine ends.
class race_owner {
public:
    explicit race_owner(std::shared_ptr<race> owned) : race_(std::move(owned)) {}
    ~race_owner() { race_->stop(); }
    race_owner(const race_owner&) = delete;
    race_owner& operator=(const race_owner&) = delete;
    race* operator->() const { return race_.get(); }

private:
    std::shared_ptr<race> race_;
};

} // namespace

net::task<connected> connect_first(net::executor ex, std::vector<tcp::endpoint> addresses) {
    const race_owner running(std::make_shared<race>(ex, std::move(addresses)));
    running->start_next();
    if (!running->over()) {
        net::error_code rung;
        co_await running->over_bell().async_wait(asio::redirect_error(net::use_task, rung));
    }
    co_return running->stop();
}

} // namespace llm_proxy::upstream
