#include "llm_proxy/net/tcp_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

namespace llm_proxy::net {

namespace {

/// A window on a list of pieces, moved on as the kernel takes bytes.
class gather {
public:
    explicit gather(std::span<const std::string_view> pieces) : pieces_(pieces) { skip_empty(); }

    bool empty() const { return pieces_.empty(); }

    std::size_t fill(std::span<iovec> out) const {
        std::size_t used = 0;
        std::size_t skip = offset_;
        for (std::string_view piece : pieces_) {
            if (used == out.size()) {
                break;
            }
            piece.remove_prefix(skip);
            skip = 0;
            if (!piece.empty()) {
                // iovec has no const form; sendmsg only reads.
                out[used].iov_base = const_cast<char*>(piece.data());
                out[used].iov_len = piece.size();
                ++used;
            }
        }
        return used;
    }

    void consume(std::size_t bytes) {
        offset_ += bytes;
        skip_empty();
    }

private:
    void skip_empty() {
        while (!pieces_.empty() && offset_ >= pieces_.front().size()) {
            offset_ -= pieces_.front().size();
            pieces_ = pieces_.subspan(1);
        }
    }

    std::span<const std::string_view> pieces_;
    std::size_t offset_ = 0;
};

class tcp_stream final : public byte_stream {
public:
    explicit tcp_stream(tcp_socket socket) : socket_(std::move(socket)) {
        error_code ignored;
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    }

    executor get_executor() override { return socket_.get_executor(); }

    task<io_result> read_some(std::span<char> into) override {
        io_result outcome;
        outcome.size = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                                        asio::redirect_error(use_task, outcome.ec));
        co_return outcome;
    }

    void start_read(std::span<char> into, std::shared_ptr<read_handler> done) override {
        socket_.async_read_some(
            asio::buffer(into.data(), into.size()),
            [done = std::move(done)](error_code ec, std::size_t n) { done->on_read(ec, n); });
    }

    error_code try_write(std::span<const std::string_view> pieces, std::size_t& written) override {
        gather left(pieces);
        written = 0;
        return send(left, written);
    }

    task<error_code> write_rest(std::span<const std::string_view> pieces,
                                std::size_t done) override {
        gather left(pieces);
        left.consume(done);
        std::size_t written = 0;
        error_code ec = send(left, written);
        while (!ec && !left.empty()) {
            co_await socket_.async_wait(tcp_socket::wait_write, asio::redirect_error(use_task, ec));
            if (!ec) {
                ec = send(left, written);
            }
        }
        co_return ec;
    }

    bool is_silent() override {
        pollfd descriptor{};
        descriptor.fd = socket_.native_handle();
        descriptor.events = POLLIN | POLLRDHUP;
        return ::poll(&descriptor, 1, 0) == 0;
    }

    void close() override {
        error_code ignored;
        socket_.close(ignored);
    }

    void shutdown_send() override {
        error_code ignored;
        socket_.shutdown(tcp_socket::shutdown_send, ignored);
    }

private:
    /// Sends until all is taken or the kernel's buffer is full.
    error_code send(gather& left, std::size_t& written) {
        while (!left.empty()) {
            const ssize_t sent = send_once(left);
            if (sent >= 0) {
                written += static_cast<std::size_t>(sent);
                left.consume(static_cast<std::size_t>(sent));
            } else if (errno == EAGAIN) {
                return {};
            } else if (errno != EINTR) {
                return error_code(errno, boost::system::system_category());
            }
        }
        return {};
    }

    /// Short pieces are copied together: cheaper than having the kernel gather them.
    ssize_t send_once(const gather& left) {
        constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        std::array<iovec, 16> parts;
        const std::size_t count = left.fill(parts);
        std::array<char, 4096> together;
        std::size_t size = 0;
        for (std::size_t i = 0; i < count; ++i) {
            size += parts[i].iov_len;
        }
        if (count == 1 || size > together.size()) {
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = count;
            return ::sendmsg(socket_.native_handle(), &message, flags);
        }
        char* end = together.data();
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(end, parts[i].iov_base, parts[i].iov_len);
            end += parts[i].iov_len;
        }
        return ::send(socket_.native_handle(), together.data(), size, flags);
    }

    tcp_socket socket_;
};

} // namespace

std::unique_ptr<byte_stream> make_tcp_stream(tcp_socket socket) {
    return std::make_unique<tcp_stream>(std::move(socket));
}

} // namespace llm_proxy::net
