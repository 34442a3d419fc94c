#include "llm_proxy/server/form_upload.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::server {

net::task<upstream::outcome> form_upload::run(std::vector<std::string_view> pieces,
                                              std::string& start, const http::form_outline& form) {
    rest_.emplace(form, *call_.target, call_.type);
    // The outline stops short of what may be a boundary's start; that is less than the buffer.
    const std::string_view tail = std::string_view(start).substr(form.size());
    std::copy(tail.begin(), tail.end(), buffer_.get());
    filled_ = tail.size();
    std::uint64_t left = tail.size() + client_.body_left();
    for (;;) {
        client_.interrupts.set_deadline(net::clock::now() + patience_);
        upstream::outcome sent = co_await to_.send_part(pieces, left);
        start = std::string();
        if (!sent.ok() || to_.answered()) {
            co_return sent;
        }
        const auto read = co_await read_more(pieces);
        if (!read) {
            refused_ = read.error();
            co_return upstream::outcome(upstream::failure::closed, "the client's form failed");
        }
        left -= total_size(pieces);
    }
}

/// The next pieces; none if the upstream has answered instead.
net::task<result<void>> form_upload::read_more(std::vector<std::string_view>& pieces) {
    pieces.clear();
    keep_unsettled();
    const std::span<char> room(buffer_.get() + filled_, buffer_size - filled_);
    const auto got = co_await client_.read_piece(room);
    if (!got) {
        if (client_.interrupts.reason() == net::interrupt::answer) {
            co_return result<void>();
        }
        co_return got.error();
    }
    filled_ += *got;
    const auto taken = rest_->take(std::string_view(buffer_.get(), filled_), pieces);
    if (!taken) {
        co_return taken.error();
    }
    settled_ = *taken;
    if (!client_.body_complete()) {
        co_return result<void>();
    }
    client_.watch_client();
    if (settled_ < filled_) {
        co_return providers::malformed_form();
    }
    auto finished = rest_->finish(pieces);
    co_return finished;
}

void form_upload::keep_unsettled() {
    std::copy(buffer_.get() + settled_, buffer_.get() + filled_, buffer_.get());
    filled_ -= settled_;
    settled_ = 0;
}

} // namespace llm_proxy::server
