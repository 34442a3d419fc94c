#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm_proxy::http {

/// One server-sent event. The views are valid until the parser's next call of `next` or `feed`.
struct sse_event {
    std::string_view name; // the `event:` field; empty means "message"
    std::string_view data; // `data:` lines joined by LF
};

/// Text that stays where it was received as long as that lasts, and is copied only when it must
/// outlive the received bytes or grow.
class kept_text {
public:
    std::string_view view() const { return owned_ ? std::string_view(store_) : borrowed_; }
    void borrow(std::string_view text);
    void add_line(std::string_view line);
    void keep();

private:
    std::string_view borrowed_;
    std::string store_;
    bool owned_ = false;
};

/// Incremental reader of `text/event-stream` (WHATWG HTML, section 9.2), I/O-free.
///
/// Accepts LF, CRLF and CR line ends, a byte order mark, comments, a missing space after the
/// colon, and any split of the bytes: what comes out never depends on the cuts. `id:` and `retry:`
/// are ignored.
class sse_parser {
public:
    /// A line or an event's data longer than `max_event` bytes makes the parser `failed()`.
    explicit sse_parser(std::size_t max_event = 16 * 1024 * 1024) : max_event_(max_event) {}

    /// Gives the parser more bytes, once `next` returned false for the former ones. They must stay
    /// in place until `next` returned false again.
    void feed(std::string_view bytes);
    /// Takes the next complete event out of what was fed. Events without any `data:` line are
    /// skipped, as the standard has it; one with an empty `data:` counts.
    bool next(sse_event& out);
    /// The stream ended: an event that lacks only its last empty line or line end still counts.
    void finish() { ending_ = true; }

    bool failed() const { return failed_; }
    /// Whether bytes of an incomplete event are held.
    bool pending() const {
        return !failed_ && (!carry_.empty() || !input_.empty() || (has_data_ && !taken_));
    }

private:
    bool take_line(std::string_view& line);
    const char* find_line_end();
    std::string_view join(std::string_view rest);
    void take_field(std::string_view line);
    bool take_event(sse_event& out);
    void begin_event();
    void keep();

    std::size_t max_event_;
    std::string_view input_;        // not consumed yet
    const char* next_lf_ = nullptr; // in `input_`, if known; its end if there is none
    std::string carry_;             // start of a line whose end has not come
    std::string line_;              // a line joined from `carry_` and `input_`
    kept_text name_;
    kept_text data_;
    bool has_data_ = false;
    bool taken_ = false;   // the event was handed out
    bool skip_lf_ = false; // the last line ended with CR: an LF belongs to it
    bool at_start_ = true;
    bool failed_ = false;
    bool ending_ = false;
};

} // namespace llm_proxy::http
