#include "llm_proxy/relay/answer_writer.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/util/strings.hpp"

#include <array>

namespace llm_proxy::relay {

namespace {

/// A client that takes nothing for so long is given up.
constexpr std::chrono::seconds write_time{120};

/// What LiteLLM's security middleware puts on every answer.
constexpr std::string_view security_lines = "x-frame-options: DENY\r\n"
                                            "content-security-policy: frame-ancestors 'none'\r\n"
                                            "x-content-type-options: nosniff\r\n";

} // namespace

void answer_writer::begin(const framing& next) {
    framing_ = next;
    started_ = false;
    status_ = 0;
}

void answer_writer::write_head(int status, std::string_view header_lines) {
    status_ = status;
    head_.clear();
    http::head_writer head(head_);
    head.status_line(status);
    head.header("date", http::http_date());
    head.raw(header_lines);
    head.raw(security_lines);
    head.raw(framing_.extra_lines);
    if (!framing_.keep_alive) {
        head.raw("connection: close\r\n");
    } else if (framing_.http_10) {
        head.raw("connection: keep-alive\r\n");
    }
}

net::task<bool> answer_writer::send(int status, std::string_view header_lines,
                                    std::span<const std::string_view> body) {
    write_head(status, header_lines);
    http::head_writer head(head_);
    if (status != 204 && status != 304) {
        head.header("content-length", total_size(body));
    }
    head.end();
    pieces_.assign(1, head_);
    if (!framing_.head_only) {
        pieces_.insert(pieces_.end(), body.begin(), body.end());
    }
    std::size_t written = 0;
    if (push_now(pieces_, written)) {
        co_return true;
    }
    const bool sent = co_await push_rest(pieces_, written);
    co_return sent;
}

net::task<bool> answer_writer::start(int status, std::string_view header_lines,
                                     std::string_view first) {
    started_ = true;
    if (framing_.http_10) {
        framing_.keep_alive = false;
    }
    write_head(status, header_lines);
    http::head_writer head(head_);
    std::array<std::string_view, 3> pieces{};
    if (framing_.http_10) {
        head.end();
        pieces[1] = first;
    } else {
        head.raw("transfer-encoding: chunked\r\n");
        head.end();
        if (!first.empty()) {
            http::append_chunk_head(head_, first.size());
            pieces[1] = first;
            pieces[2] = "\r\n";
        }
    }
    pieces[0] = head_;
    const bool sent = co_await push(pieces);
    co_return sent;
}

net::task<bool> answer_writer::write(std::string_view bytes) {
    if (bytes.empty()) {
        co_return true;
    }
    head_.clear();
    std::array<std::string_view, 3> pieces{};
    pieces[1] = bytes;
    if (!framing_.http_10) {
        http::append_chunk_head(head_, bytes.size());
        pieces[0] = head_;
        pieces[2] = "\r\n";
    }
    const bool sent = co_await push(pieces);
    co_return sent;
}

net::task<bool> answer_writer::finish(std::string_view last) {
    if (framing_.http_10) {
        const bool sent = co_await write(last);
        co_return sent;
    }
    head_.clear();
    std::array<std::string_view, 3> pieces{};
    if (!last.empty()) {
        http::append_chunk_head(head_, last.size());
        pieces[0] = head_;
        pieces[1] = last;
        pieces[2] = "\r\n0\r\n\r\n";
    } else {
        pieces[0] = "0\r\n\r\n";
    }
    const bool sent = co_await push(pieces);
    co_return sent;
}

net::task<bool> answer_writer::push(std::span<const std::string_view> pieces) {
    std::size_t written = 0;
    if (push_now(pieces, written)) {
        co_return true;
    }
    const bool sent = co_await push_rest(pieces, written);
    co_return sent;
}

bool answer_writer::push_now(std::span<const std::string_view> pieces, std::size_t& written) {
    return !stream_.try_write(pieces, written) && written == total_size(pieces);
}

/// What did not fit at once; an error of the stream shows again here.
net::task<bool> answer_writer::push_rest(std::span<const std::string_view> pieces,
                                         std::size_t written) {
    interrupts_.set_deadline(net::clock::now() + write_time);
    const auto ec = co_await stream_.write_rest(pieces, written);
    interrupts_.clear_deadline();
    co_return !ec;
}

} // namespace llm_proxy::relay
