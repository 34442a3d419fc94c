#pragma once

#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/stream.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// Writes the answers of one client connection, each in as few writes as can be: a whole answer in
/// one, a streamed one with its head and first bytes in one.
class answer_writer {
public:
    answer_writer(net::byte_stream& stream, net::interruptor& interrupts)
        : stream_(stream), interrupts_(interrupts) {}

    /// What the next answer must respect.
    struct framing {
        bool http_10 = false;
        bool keep_alive = true;
        bool head_only = false;
        /// Whole header lines for every answer, such as CORS's.
        std::string_view extra_lines;
    };
    void begin(const framing& next);

    /// Sends a whole answer. `header_lines` are complete lines; the length is added.
    /// False if the client is gone or did not take it in time.
    net::task<bool> send(int status, std::string_view header_lines,
                         std::span<const std::string_view> body);

    /// Starts an answer of unknown length: chunked, or until close for HTTP/1.0.
    net::task<bool> start(int status, std::string_view header_lines, std::string_view first);
    net::task<bool> write(std::string_view bytes);
    /// Ends a started answer, with `last` before its end.
    net::task<bool> finish(std::string_view last = {});

    /// An empty string for the header lines of the next answer; its memory is used again.
    std::string& lines() {
        lines_.clear();
        return lines_;
    }

    bool started() const { return started_; }
    /// The status of the answer sent or started; 0 before.
    int status() const { return status_; }
    bool keep_alive() const { return framing_.keep_alive; }
    /// The connection must close after this answer.
    void close_after() { framing_.keep_alive = false; }

private:
    void write_head(int status, std::string_view header_lines);
    net::task<bool> push(std::span<const std::string_view> pieces);
    bool push_now(std::span<const std::string_view> pieces, std::size_t& written);
    net::task<bool> push_rest(std::span<const std::string_view> pieces, std::size_t written);

    net::byte_stream& stream_;
    net::interruptor& interrupts_;
    framing framing_;
    std::string head_;
    std::string lines_;
    std::vector<std::string_view> pieces_;
    bool started_ = false;
    int status_ = 0;
};

} // namespace llm_proxy::relay
