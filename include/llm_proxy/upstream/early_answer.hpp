#pragma once

#include "llm_proxy/net/event.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/stream.hpp"
#include "llm_proxy/upstream/connection.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace llm_proxy::upstream {

/// Reads an upstream connection while its request is still being sent, so that an answer that comes
/// early is noticed wherever the sender waits. Interim heads (1xx) are no answer.
class early_answer final : public net::read_handler,
                           public std::enable_shared_from_this<early_answer> {
public:
    early_answer(net::executor ex, net::interruptor& owner) : arrived_(ex), owner_(&owner) {}

    void watch(net::byte_stream& stream);
    /// An answer, or the end of the connection.
    bool came() const { return came_; }
    /// What was read, interim heads included, at most `room`; once it came.
    std::string_view bytes() const { return {room_.data(), size_}; }
    /// The end of the connection, if that came; reading again would wait for ever.
    const net::error_code& end() const { return end_; }
    /// Waits for it; false if interrupted. Who waits elsewhere is woken by `interrupt::answer`.
    net::task<bool> wait();
    /// The owner ends. A read that is under way keeps the closed connection until it has ended.
    void abandon(connection link);

    void on_read(net::error_code ec, std::size_t size) override;

    static constexpr std::size_t room = 4096;

private:
    void read();

    std::array<char, room> room_{};
    std::size_t size_ = 0;
    bool reading_ = false;
    bool came_ = false;
    net::error_code end_;
    net::event arrived_;
    net::interruptor* owner_;
    net::byte_stream* stream_ = nullptr; // used while owner_ is set
    connection left_;
};

} // namespace llm_proxy::upstream
