#pragma once

#include "llm_proxy/net/executor.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace llm_proxy::net {

/// Receives the end of a read started with `byte_stream::start_read`.
class read_handler {
public:
    virtual ~read_handler() = default;
    virtual void on_read(error_code ec, std::size_t size) = 0;
};

/// A connected, ordered byte stream: plain TCP or TLS. One per connection, used on the thread of
/// its executor alone. At most one read and one write may be under way at a time.
///
/// Operations obey the cancellation of the coroutine that awaits them (see `interruptor`) and then
/// end with `operation_aborted`; a cancelled read has lost no bytes.
class byte_stream {
public:
    virtual ~byte_stream() = default;

    virtual executor get_executor() = 0;

    /// Reads at least one byte into `into`; `asio::error::eof` at the peer's clean end.
    virtual task<io_result> read_some(std::span<char> into) = 0;

    /// Starts a read without waiting for it. `done` is kept alive until it was called. The bytes
    /// at `into` must live as long.
    virtual void start_read(std::span<char> into, std::shared_ptr<read_handler> done) = 0;

    /// Writes all of the pieces, in one system call where the kernel takes them at once.
    task<error_code> write(std::span<const std::string_view> pieces) {
        return write_rest(pieces, 0);
    }

    /// Writes as much as can be without waiting and tells how much it was: the way round a
    /// coroutine where, as nearly always, all of it fits. TLS writes nothing this way.
    /// `write_rest` then writes what is missing.
    virtual error_code try_write(std::span<const std::string_view> pieces,
                                 std::size_t& written) = 0;

    /// Writes the pieces but for their first `done` bytes.
    virtual task<error_code> write_rest(std::span<const std::string_view> pieces,
                                        std::size_t done) = 0;

    /// Whether the peer has neither closed nor sent anything since the last read: an idle
    /// connection of which this is not true must not be used again. Does not block.
    virtual bool is_silent() = 0;

    /// Ends everything under way with `operation_aborted` and closes. For TLS without the polite
    /// closing handshake.
    virtual void close() = 0;

    /// Half-closes after the last answer, so that the peer reads it even if it is still sending.
    virtual void shutdown_send() = 0;
};

} // namespace llm_proxy::net
