#include "llm_proxy/net/input.hpp"

#include "llm_proxy/net/event.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace llm_proxy::net {

namespace {

constexpr std::size_t first_size = 2048;

} // namespace

/// Shared with the read under way, which may end after the connection's coroutine did.
struct input::state final : read_handler, std::enable_shared_from_this<input::state> {
    state(byte_stream& from, interruptor& interrupts, std::size_t most)
        : stream(from), arrived(from.get_executor()), owner(&interrupts), limit(most) {}

    void start() {
        if (!reading && !closed && make_room()) {
            reading = true;
            stream.start_read(room(), shared_from_this());
        }
    }

    void on_read(error_code ec, std::size_t size) override {
        reading = false;
        end += size;
        if (ec && ec != asio::error::operation_aborted) {
            closed = ec;
        }
        if (owner == nullptr) {
            return;
        }
        if (arrived.waiting()) {
            arrived.notify();
        } else if (closed) {
            owner->raise(interrupt::client_gone);
        } else if (!ec) {
            // The start of a pipelined request: the end of the stream is still to be noticed.
            start();
        }
    }

    /// Room for at least one more byte; false at the limit.
    bool make_room() {
        if (begin == end) {
            begin = end = 0;
        }
        if (end < buffer.size()) {
            return true;
        }
        if (begin > 0) {
            std::memmove(buffer.data(), buffer.data() + begin, end - begin);
            end -= begin;
            begin = 0;
            return true;
        }
        if (buffer.size() >= limit) {
            return false;
        }
        buffer.resize(std::min(limit, std::max(first_size, buffer.size() * 2)));
        return true;
    }

    std::span<char> room() { return std::span(buffer).subspan(end); }

    byte_stream& stream; // used while owner is set
    std::vector<char> buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool reading = false;
    error_code closed;
    event arrived;
    interruptor* owner;
    std::size_t limit;
};

input::input(byte_stream& stream, interruptor& owner, std::size_t limit)
    : stream_(stream), state_(std::make_shared<state>(stream, owner, limit)) {}

input::~input() {
    state_->owner = nullptr;
}

std::string_view input::data() const {
    return {state_->buffer.data() + state_->begin, state_->end - state_->begin};
}

void input::consume(std::size_t bytes) {
    state_->begin += bytes;
}

task<error_code> input::fill() {
    state& s = *state_;
    const std::size_t before = s.end - s.begin;
    read_ahead();
    if (!s.reading && !s.closed) {
        co_return asio::error::no_buffer_space;
    }
    while (!s.closed && s.end - s.begin == before) {
        const bool notified = co_await s.arrived.wait();
        if (!notified) {
            co_return asio::error::operation_aborted;
        }
        if (!s.reading && !s.closed && s.end - s.begin == before) {
            co_return asio::error::operation_aborted;
        }
    }
    if (s.end - s.begin > before) {
        co_return error_code();
    }
    co_return s.closed;
}

task<io_result> input::read(std::span<char> into) {
    state& s = *state_;
    const std::size_t held = std::min(s.end - s.begin, into.size());
    if (held > 0) {
        std::memcpy(into.data(), s.buffer.data() + s.begin, held);
        s.begin += held;
        co_return io_result(error_code(), held);
    }
    if (s.closed) {
        co_return io_result(s.closed, 0);
    }
    const io_result got = co_await stream_.read_some(into);
    co_return got;
}

void input::read_ahead() {
    state_->start();
}

void input::shrink() {
    state& s = *state_;
    if (!s.reading && s.begin == s.end) {
        s.begin = s.end = 0;
        s.buffer = std::vector<char>();
    }
}

} // namespace llm_proxy::net
