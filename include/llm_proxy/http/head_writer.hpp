#pragma once

#include "llm_proxy/http/head.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace llm_proxy::http {

/// The registered reason phrase (RFC 9110, 15), or "Unknown".
std::string_view reason_phrase(int status);

/// Appends heads to a string. Headers with CR, LF or NUL are dropped whole, and spaces, control and
/// non-ASCII bytes in a target are percent-encoded, so that nothing can be injected.
class head_writer {
public:
    explicit head_writer(std::string& out) : out_(out) {}

    void status_line(int status);
    void request_line(std::string_view method, std::string_view target);
    void header(std::string_view name, std::string_view value);
    void header(std::string_view name, std::uint64_t value);
    /// A field of a parsed head, its name in lower case behind `prefix`; needs no check, for the
    /// parser lets no CR, LF or NUL through.
    void forwarded(std::string_view prefix, const field& item);
    /// Fixed text of whole `name: value\r\n` lines.
    void raw(std::string_view lines) { out_.append(lines); }
    /// The empty line.
    void end() { out_.append("\r\n"); }

private:
    std::string& out_;
};

/// Appends `size` in hex and CRLF: the head of one chunk.
void append_chunk_head(std::string& out, std::size_t size);

/// 29 bytes and a NUL.
using http_date_text = std::array<char, 30>;

/// Seconds since 1970 as an HTTP date (RFC 9110, 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`;
/// for the years 1970 to 9999.
http_date_text format_http_date(std::time_t seconds);

/// The current time as an HTTP date; made once a second per thread. Valid until this thread's next
/// call.
std::string_view http_date();

} // namespace llm_proxy::http
