// The part of http_exchange that sends a request which is not there as a whole.
#include "llm_proxy/upstream/http_exchange.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace llm_proxy::upstream {

net::task<outcome> http_exchange::send_part(std::span<const std::string_view> pieces,
                                            std::uint64_t left) {
    if (!early_) {
        outcome opened = co_await open_for_parts();
        if (!opened.ok()) {
            co_return opened;
        }
    }
    const net::error_code ec = co_await write_part(pieces);
    if (interrupts_.raised()) {
        close();
        co_return interrupted();
    }
    if (!ec && !early_->came() && left > 0) {
        co_return outcome();
    }
    // A peer that stopped reading may have answered before: that answer is still there.
    reusable_ = !ec && left == 0;
    outcome got = co_await take_answer();
    answered_ = got.ok();
    co_return got;
}

net::task<outcome> http_exchange::open_for_parts() {
    outcome opened = interrupts_.raised() ? interrupted() : outcome();
    if (opened.ok()) {
        opened = co_await open_connection(true);
    }
    if (opened.ok()) {
        early_ = std::make_shared<early_answer>(link_.stream->get_executor(), interrupts_);
        early_->watch(*link_.stream);
    }
    co_return opened;
}

/// Writes unless an answer has come. One that comes meanwhile ends it like a failure.
net::task<net::error_code> http_exchange::write_part(std::span<const std::string_view> pieces) {
    net::error_code ec = net::asio::error::operation_aborted;
    if (!early_->came()) {
        ec = co_await link_.stream->write(pieces);
        // A peer that takes all at once would else never let the loop see its answer.
        co_await net::asio::post(link_.stream->get_executor(), net::use_task);
    }
    if (interrupts_.reason() == net::interrupt::answer) {
        co_await interrupts_.clear();
    }
    co_return ec;
}

net::task<outcome> http_exchange::take_answer() {
    const bool came = co_await early_->wait();
    if (!came) {
        close();
        co_return interrupted();
    }
    const std::string_view bytes = early_->bytes();
    static_assert(early_answer::room < scratch::usual_bytes);
    std::copy(bytes.begin(), bytes.end(), scratch_->bytes().begin());
    received_ = bytes.size();
    if (early_->end()) {
        auto parsed = parse_head();
        co_return parsed ? std::move(*parsed) : lost(early_->end());
    }
    sent_ = true;
    // With the request gone, `send` waits for the rest of the head.
    constexpr std::array<std::string_view, 1> gone{"POST "};
    outcome got = co_await send(gone);
    co_return got;
}

} // namespace llm_proxy::upstream
