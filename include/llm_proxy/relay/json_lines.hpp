#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm_proxy::relay {

/// Incremental reader of a stream of JSON documents, one a line, I/O-free. Empty lines are skipped,
/// and what comes out never depends on how the bytes are cut.
class json_lines {
public:
    /// A line of more than `max_line` bytes makes the reader `failed()`.
    explicit json_lines(std::size_t max_line = 16 * 1024 * 1024) : max_line_(max_line) {}

    void feed(std::string_view bytes);
    /// Takes the next complete line; valid until the next call of `next` or `feed`.
    bool next(std::string_view& line);
    /// The stream ended: a last line without its end counts.
    void finish() { ending_ = true; }

    bool failed() const { return failed_; }

private:
    std::size_t max_line_;
    std::string held_; // what is not taken yet
    std::size_t taken_ = 0;
    std::size_t searched_ = 0;
    bool ending_ = false;
    bool failed_ = false;
};

} // namespace llm_proxy::relay
