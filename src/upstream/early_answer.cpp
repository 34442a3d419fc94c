#include "llm_proxy/upstream/early_answer.hpp"

#include <span>
#include <utility>

namespace llm_proxy::upstream {

namespace {

/// Whether `bytes` hold nothing but interim heads and perhaps the start of one.
bool is_interim(std::string_view bytes) {
    constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();
    while (bytes.size() > status_at && bytes[status_at] == '1') {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            return true;
        }
        bytes.remove_prefix(end + 4);
    }
    return bytes.size() <= status_at;
}

} // namespace

void early_answer::watch(net::byte_stream& stream) {
    stream_ = &stream;
    read();
}

void early_answer::read() {
    reading_ = true;
    stream_->start_read(std::span(room_).subspan(size_), shared_from_this());
}

net::task<bool> early_answer::wait() {
    while (!came_) {
        const bool notified = co_await arrived_.wait();
        if (!notified) {
            co_return false;
        }
    }
    co_return true;
}

void early_answer::abandon(connection link) {
    owner_ = nullptr;
    if (reading_) {
        left_ = std::move(link);
    }
}

void early_answer::on_read(net::error_code ec, std::size_t size) {
    reading_ = false;
    size_ += size;
    end_ = ec;
    if (owner_ == nullptr) {
        left_ = connection();
        return;
    }
    if (!ec && size_ < room && is_interim(bytes())) {
        read();
        return;
    }
    came_ = true;
    if (arrived_.waiting()) {
        arrived_.notify();
    } else {
        owner_->raise(net::interrupt::answer);
    }
}

} // namespace llm_proxy::upstream
