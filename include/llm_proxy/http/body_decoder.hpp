#pragma once

#include "llm_proxy/http/head.hpp"

#include <cstddef>
#include <cstdint>

namespace llm_proxy::http {

/// Takes the framing (chunks or length) off a message body, in place and incrementally. I/O-free.
class body_decoder {
public:
    body_decoder() = default;
    body_decoder(body_kind kind, std::uint64_t content_length);

    struct step {
        /// Body bytes, moved to the front of the given buffer.
        std::size_t produced = 0;
        /// Bytes of the buffer that were used up; the rest belongs to the next message and stays
        /// where it is.
        std::size_t consumed = 0;
    };

    /// Decodes `size` bytes at `data` in place: afterwards the first `produced` bytes are body.
    /// All is consumed unless the body ended or is broken. Chunk extensions (4 KiB each) and
    /// trailers (16 KiB together) are bounded and dropped; chunk sizes of more than 16 hex digits,
    /// signs, spaces, `0x`, control bytes or bare LF are bad (RFC 9112, 7.1).
    step decode(char* data, std::size_t size);

    /// The whole body was seen.
    bool done() const { return state_ == state::done; }
    /// The framing is broken; nothing more can be decoded.
    bool bad() const { return state_ == state::bad; }
    /// The connection ended: completes a body delimited by close, breaks the others.
    void end_of_stream();
    /// Body bytes still expected, for bodies of known length only.
    std::uint64_t remaining() const { return remaining_; }

private:
    enum class state : std::uint8_t {
        length,
        until_close,
        chunk_size,
        chunk_extension,
        chunk_size_lf,
        chunk_data,
        chunk_data_cr,
        chunk_data_lf,
        trailer_start,
        trailer,
        trailer_lf,
        final_lf,
        done,
        bad,
    };

    void step_framing(char c);
    void step_size(char c);
    void step_text(char c, std::uint32_t limit, state after);
    void expect(char c, char wanted, state after);
    void end_run(std::size_t run);

    state state_ = state::done;
    std::uint64_t remaining_ = 0;  // of the body, or of the chunk
    std::uint32_t line_bytes_ = 0; // digits, extension or trailer bytes so far, bounded
};

} // namespace llm_proxy::http
