#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <sys/epoll.h>
#include <utility>

namespace llm_proxy::bench {

/// Owns one file descriptor.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor();

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_ = -1;
};

/// Lets this process open as many descriptors as its hard limit allows.
void raise_descriptor_limit();

/// A non-blocking listener on 127.0.0.1; port 0 picks a free one. Throws std::system_error.
descriptor listen_on_loopback(std::uint16_t port);
std::uint16_t port_of(const descriptor& listener);

/// The next waiting connection, non-blocking and without Nagle's delay; empty if there is none.
descriptor accept_from(const descriptor& listener);

/// Begins to connect to 127.0.0.1 without waiting: the socket turns writable once it stands.
/// Throws std::system_error.
descriptor connect_to_loopback(std::uint16_t port);

enum class transfer { done, would_block, closed };

/// Sends `bytes` as far as the socket takes them and cuts that part off its front.
transfer send_some(const descriptor& socket, std::string_view& bytes);

/// Receives into `buffer`; `received` is what came.
transfer receive_some(const descriptor& socket, std::span<char> buffer, std::string_view& received);

/// One level-triggered epoll set. `tag` comes back as `data.u64` of the event.
class poller {
public:
    poller();
    void add(const descriptor& socket, std::uint32_t events, std::uint64_t tag);
    void change(const descriptor& socket, std::uint32_t events, std::uint64_t tag);
    /// Waits at most `timeout_ms` (-1: without end); the result lives until the next call.
    std::span<const epoll_event> wait(int timeout_ms);

private:
    void control(int operation, const descriptor& socket, std::uint32_t events, std::uint64_t tag);

    descriptor epoll_;
    std::array<epoll_event, 256> events_{};
};

} // namespace llm_proxy::bench
