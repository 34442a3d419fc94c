#include "sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace llm_proxy::bench {
namespace {

int checked(int result, const char* what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

sockaddr* generic(sockaddr_in& address) {
    return static_cast<sockaddr*>(static_cast<void*>(&address));
}

descriptor tcp_socket() {
    return descriptor(
        checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
}

void set_option(const descriptor& socket, int level, int option) {
    const int on = 1;
    checked(::setsockopt(socket.get(), level, option, &on, sizeof on), "setsockopt");
}

bool is_momentary(int error) {
    return error == EAGAIN || error == EINTR;
}

} // namespace

descriptor::~descriptor() {
    if (number_ >= 0)
        ::close(number_);
}

void raise_descriptor_limit() {
    rlimit limit{};
    checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

descriptor listen_on_loopback(std::uint16_t port) {
    auto listener = tcp_socket();
    set_option(listener, SOL_SOCKET, SO_REUSEADDR);
    auto address = loopback(port);
    checked(::bind(listener.get(), generic(address), sizeof address), "bind");
    checked(::listen(listener.get(), 4096), "listen");
    return listener;
}

std::uint16_t port_of(const descriptor& listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(::getsockname(listener.get(), generic(address), &size), "getsockname");
    return ntohs(address.sin_port);
}

descriptor accept_from(const descriptor& listener) {
    descriptor accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted)
        set_option(accepted, IPPROTO_TCP, TCP_NODELAY);
    return accepted;
}

descriptor connect_to_loopback(std::uint16_t port) {
    auto socket = tcp_socket();
    set_option(socket, IPPROTO_TCP, TCP_NODELAY);
    auto address = loopback(port);
    if (::connect(socket.get(), generic(address), sizeof address) < 0 && errno != EINPROGRESS)
        checked(-1, "connect");
    return socket;
}

transfer send_some(const descriptor& socket, std::string_view& bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return is_momentary(errno) ? transfer::would_block : transfer::closed;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return transfer::done;
}

transfer receive_some(const descriptor& socket, std::span<char> buffer,
                      std::string_view& received) {
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0)
        return is_momentary(errno) ? transfer::would_block : transfer::closed;
    if (size == 0)
        return transfer::closed;
    received = {buffer.data(), static_cast<std::size_t>(size)};
    return transfer::done;
}

poller::poller() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void poller::add(const descriptor& socket, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_ADD, socket, events, tag);
}

void poller::change(const descriptor& socket, std::uint32_t events, std::uint64_t tag) {
    control(EPOLL_CTL_MOD, socket, events, tag);
}

void poller::control(int operation, const descriptor& socket, std::uint32_t events,
                     std::uint64_t tag) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    checked(::epoll_ctl(epoll_.get(), operation, socket.get(), &event), "epoll_ctl");
}

std::span<const epoll_event> poller::wait(int timeout_ms) {
    const int count =
        ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
    if (count < 0 && errno != EINTR)
        checked(count, "epoll_wait");
    return {events_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

} // namespace llm_proxy::bench
