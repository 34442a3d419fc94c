#pragma once

#include "llm_proxy/http/body_decoder.hpp"
#include "llm_proxy/http/parser.hpp"
#include "llm_proxy/providers/registry.hpp"
#include "llm_proxy/routing/state_book.hpp"
#include "llm_proxy/server/worker.hpp"

#include "config/config_test_support.hpp"
#include <arpa/inet.h>
#include <array>
#include <future>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace llm_proxy::test {

/// The configuration in force for a text; its master key is `sk-0123456789abcdef`.
inline std::shared_ptr<const server::snapshot> make_snapshot(std::string_view yaml) {
    auto loaded = config::load_with_key(yaml);
    auto deployments = providers::build_deployments(
        *loaded.config, [](std::string_view) { return std::nullopt; }, loaded.found);
    if (!loaded.found.empty()) {
        throw std::runtime_error(config::text_of(loaded.found));
    }
    routing::state_book states;
    return std::make_shared<server::snapshot>(loaded.config,
                                              routing::with_states(deployments, states));
}

/// A worker that serves on a thread of its own until it is drained or this ends.
class running_worker {
public:
    explicit running_worker(std::string_view yaml, server::worker_options options = {})
        : upstreams_(upstream::make_shared_services(
              [](std::string_view) { return std::optional<std::string>(); })) {
        options.host = "127.0.0.1";
        options.port = 0;
        worker_ = std::make_unique<server::worker>(options, make_snapshot(yaml), *upstreams_, 1);
        worker_->listen().value();
        port_ = worker_->port();
        ended_ = std::async(std::launch::async, [this] { worker_->run(); });
    }
    ~running_worker() {
        if (ended_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            worker_->abort();
            worker_->drain();
        }
    }
    running_worker(const running_worker&) = delete;
    running_worker& operator=(const running_worker&) = delete;

    server::worker& operator*() { return *worker_; }
    server::worker* operator->() { return worker_.get(); }
    std::uint16_t port() const { return port_; }
    /// Whether `run` returns within ten seconds.
    bool ends() { return ended_.wait_for(std::chrono::seconds(10)) == std::future_status::ready; }

private:
    std::unique_ptr<upstream::shared_services> upstreams_;
    std::unique_ptr<server::worker> worker_;
    std::uint16_t port_ = 0;
    std::future<void> ended_;
};

/// One answer; `status` is 0 where the connection ended before it was whole.
struct client_answer {
    int status = 0;
    std::string head;
    std::string body;

    /// A header's value; empty if there is none.
    std::string header(std::string_view name) const {
        std::size_t searched = 0;
        http::response_head parsed;
        http::parse_response_head(head, searched, {}, false, parsed);
        return std::string(parsed.headers.find(name).value_or(""));
    }
};

/// A client of blocking calls that speaks raw HTTP; no call waits longer than ten seconds.
class raw_client {
public:
    explicit raw_client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval limit{};
        limit.tv_sec = 10;
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ~raw_client() { close(); }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;

    bool connected() const { return connected_; }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return; // the server closed; what it said is still to be read
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    client_answer ask(std::string_view request) {
        send(request);
        return receive();
    }
    /// The next answer.
    client_answer receive(bool head_request = false);
    /// Exactly so many bytes, fewer at the end.
    std::string receive_bytes(std::size_t count);
    /// Whether the server closes without another byte.
    bool is_closed() { return unread_.empty() && !receive_more() && ended_; }
    void close() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
            descriptor_ = -1;
        }
    }

private:
    bool receive_more() {
        std::array<char, 16384> piece{};
        const ssize_t size = ::recv(descriptor_, piece.data(), piece.size(), 0);
        if (size <= 0) {
            ended_ = size == 0 || errno == ECONNRESET;
            return false;
        }
        unread_.append(piece.data(), static_cast<std::size_t>(size));
        return true;
    }

    int descriptor_;
    bool connected_ = false;
    bool ended_ = false;
    std::string unread_;
};

inline std::string raw_client::receive_bytes(std::size_t count) {
    while (unread_.size() < count && receive_more()) {
    }
    std::string bytes = unread_.substr(0, count);
    unread_.erase(0, count);
    return bytes;
}

inline client_answer raw_client::receive(bool head_request) {
    client_answer out;
    std::size_t searched = 0;
    http::response_head head;
    auto progress = http::parse_response_head(unread_, searched, {}, head_request, head);
    while (progress.state == http::head_state::need_more) {
        if (!receive_more()) {
            return out;
        }
        progress = http::parse_response_head(unread_, searched, {}, head_request, head);
    }
    if (progress.state != http::head_state::ready) {
        return out;
    }
    const int status = head.status;
    http::body_decoder decoder(head.body, head.content_length);
    out.head = unread_.substr(0, progress.consumed);
    unread_.erase(0, progress.consumed);
    while (!decoder.done()) {
        if (unread_.empty() && !receive_more()) {
            out.status = ended_ && head.body == http::body_kind::until_close ? status : 0;
            return out;
        }
        std::string piece = unread_;
        const auto step = decoder.decode(piece.data(), piece.size());
        unread_.erase(0, step.consumed);
        out.body += piece.substr(0, step.produced);
        if (decoder.bad()) {
            return out;
        }
    }
    out.status = status;
    return out;
}

} // namespace llm_proxy::test
