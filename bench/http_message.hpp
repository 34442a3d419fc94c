#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm_proxy::bench {

/// Reads one HTTP/1.1 message from bytes as they come: head, then a body with Content-Length or in
/// chunks; a message with neither has no body. Knows just what the benchmark's two ends need.
class message_reader {
public:
    /// Takes some bytes off the front of `input` and returns the body bytes among them, which may
    /// be none. Call it until `input` is empty or the message is `done()` or `failed()`.
    std::string_view take(std::string_view& input);

    bool started() const { return state_ != state::head || !head_.empty(); }
    bool done() const { return state_ == state::done; }
    bool failed() const { return state_ == state::failed; }

    /// The first line and the header lines, once the head is complete.
    const std::string& head() const { return head_; }
    /// The second word of the first line: a request's target or a response's status.
    std::string_view second_word() const;
    bool closes_connection() const { return closes_connection_; }

    /// Makes ready for the next message of the same connection.
    void reset();

private:
    enum class state { head, body, chunk_size, chunk_data, chunk_end, trailers, done, failed };

    void take_head(std::string_view& input);
    void read_header(std::string_view line);
    std::string_view take_data(std::string_view& input);
    void take_line(std::string_view& input);
    void end_line();
    void begin_chunk();

    state state_ = state::head;
    std::string head_;
    std::string line_;
    std::size_t remaining_ = 0;
    bool chunked_ = false;
    bool closes_connection_ = false;
};

} // namespace llm_proxy::bench
