#pragma once

#include "llm_proxy/net/event.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace llm_proxy::test {

/// An upstream's answer that is given piece by piece as told. After the last step the body ends.
class scripted_exchange final : public upstream::exchange {
public:
    scripted_exchange(net::executor ex, std::string_view content_type) : never_(ex) {
        head_.status = 200;
        head_.headers.add("content-type", content_type);
    }

    scripted_exchange& then(std::string_view bytes) {
        steps_.push_back(step{std::string(bytes), std::nullopt, false});
        return *this;
    }
    scripted_exchange& then_fail(upstream::failure why, std::string detail) {
        steps_.push_back(step{{}, upstream::outcome(why, std::move(detail)), false});
        return *this;
    }
    /// Says nothing until the reader is interrupted.
    scripted_exchange& then_silence() {
        steps_.push_back(step{{}, std::nullopt, true});
        return *this;
    }
    http::response_head& answer_head() { return head_; }

    net::task<upstream::outcome> send(std::span<const std::string_view>) override {
        co_return upstream::outcome();
    }
    net::task<upstream::outcome> send_part(std::span<const std::string_view>,
                                           std::uint64_t) override {
        co_return upstream::outcome();
    }
    bool answered() const override { return true; }
    const http::response_head& head() const override { return head_; }
    net::task<upstream::outcome> read(std::string_view& body) override {
        body = {};
        if (steps_.empty()) {
            complete_ = true;
            co_return upstream::outcome();
        }
        if (steps_.front().silence) {
            co_await never_.wait();
            co_return upstream::outcome(upstream::failure::interrupted, "interrupted");
        }
        current_ = std::move(steps_.front());
        steps_.pop_front();
        if (current_.failure) {
            co_return *current_.failure;
        }
        body = current_.bytes;
        co_return upstream::outcome();
    }
    std::optional<upstream::outcome> read_ready(std::string_view&) override { return std::nullopt; }
    bool complete() const override { return complete_; }
    bool reused() const override { return false; }

private:
    struct step {
        std::string bytes;
        std::optional<upstream::outcome> failure;
        bool silence = false;
    };

    http::response_head head_;
    std::deque<step> steps_;
    step current_;
    net::event never_;
    bool complete_ = false;
};

} // namespace llm_proxy::test
