#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::http {

/// One part of a `multipart/form-data` body (RFC 7578), by its place in the body.
struct form_part {
    std::string_view name;
    bool is_file = false;
    /// The part with the boundary before it; without this range the body is still well-formed.
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
};

/// The boundary parameter of a content type; nothing if it is no multipart/form-data or the
/// boundary is not 1–70 characters long.
std::optional<std::string_view> multipart_boundary(std::string_view content_type);

/// Walks through a body that comes in pieces (RFC 7578, RFC 2046 5.1). What it finds does not
/// depend on the cuts.
class multipart_reader {
public:
    explicit multipart_reader(std::string_view boundary);

    enum class token : std::uint8_t {
        more,     ///< the bytes do not decide: they must come again with more behind them
        head,     ///< a boundary and the part's header lines
        value,    ///< bytes of the part's value
        part_end, ///< the line end behind the value; none if an empty value has none of its own
        end,      ///< the closing boundary
        epilogue, ///< bytes behind it, which mean nothing
        bad,      ///< malformed, more than 256 parts, or a part's head of over 8 KiB
    };
    struct step {
        token what = token::more;
        std::size_t size = 0; // of the token, which begins the bytes given
        std::string_view name;
        bool is_file = false;
    };

    /// The token that `bytes` begin with: what followed the last token.
    step next(std::string_view bytes);

private:
    enum class place : std::uint8_t { boundary, value_start, value, behind };

    std::string_view first() const { return std::string_view(separator_).substr(2); }
    step read_head(std::string_view bytes);
    step read_value(std::string_view bytes);

    std::string separator_; // line end, dashes, boundary
    place place_ = place::boundary;
    std::size_t parts_ = 0;
};

/// The parts of a body, as far as that has come.
class form_outline {
public:
    explicit form_outline(std::string_view boundary) : reader_(boundary) {}

    /// `body` is all that has come so far; the names point into it, so it must not move.
    void update(std::string_view body);

    /// The last one has no end yet while `open()`.
    const std::vector<form_part>& parts() const { return parts_; }
    bool open() const { return open_; }
    bool complete() const { return complete_; }
    bool bad() const { return bad_; }
    /// How much of the body was understood, and the reader that goes on from there.
    std::size_t size() const { return size_; }
    const multipart_reader& reader() const { return reader_; }

private:
    void note(const multipart_reader::step& step);

    multipart_reader reader_;
    std::vector<form_part> parts_;
    std::size_t size_ = 0;
    bool open_ = false;
    bool complete_ = false;
    bool bad_ = false;
};

/// Takes a whole body apart; nothing if it is malformed. The names point into `body`.
std::optional<std::vector<form_part>> parse_multipart(std::string_view body,
                                                      std::string_view boundary);

} // namespace llm_proxy::http
