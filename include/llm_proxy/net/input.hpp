#pragma once

#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/stream.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace llm_proxy::net {

/// The bytes that a peer sent and nobody took yet.
///
/// While a request is worked on, a read for the next one is already under way (`read_ahead`): it
/// costs nothing extra, keeps pipelined requests in order, and tells at once when the client
/// leaves, which raises `client_gone` on the owner's interruptor.
class input {
public:
    /// `limit`: bytes held at most; more are left in the kernel.
    input(byte_stream& stream, interruptor& owner, std::size_t limit);
    ~input();
    input(const input&) = delete;
    input& operator=(const input&) = delete;

    /// What has arrived. Valid until the next call of another member.
    std::string_view data() const;
    void consume(std::size_t bytes);

    /// Waits for at least one byte more than `data()` has. `eof` at the end; `no_buffer_space` if
    /// the limit is reached; `operation_aborted` if interrupted.
    task<error_code> fill();

    /// Takes what has arrived, or else reads from the stream, straight into `into`. No read-ahead
    /// may be under way.
    task<io_result> read(std::span<char> into);

    /// Keeps a read under way from now on.
    void read_ahead();

    /// Gives the buffer's memory back if it is empty and unused; for idle connections.
    void shrink();

private:
    struct state;

    byte_stream& stream_;
    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::net
