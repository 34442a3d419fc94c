#include "llm_proxy/http/body_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace llm_proxy::http {
namespace {

constexpr std::uint32_t max_size_digits = 16;
constexpr std::uint32_t max_extension = 4096;
constexpr std::uint32_t max_trailers = 16 * 1024;

/// The digit's value, or -1.
int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

} // namespace

body_decoder::body_decoder(body_kind kind, std::uint64_t content_length) {
    switch (kind) {
    case body_kind::none:
        break;
    case body_kind::length:
        state_ = content_length == 0 ? state::done : state::length;
        remaining_ = content_length;
        break;
    case body_kind::chunked:
        state_ = state::chunk_size;
        break;
    case body_kind::until_close:
        state_ = state::until_close;
        break;
    }
}

body_decoder::step body_decoder::decode(char* data, std::size_t size) {
    step done;
    while (done.consumed < size && state_ != state::done && state_ != state::bad) {
        std::size_t run = size - done.consumed;
        if (state_ == state::length || state_ == state::chunk_data)
            run = static_cast<std::size_t>(std::min<std::uint64_t>(run, remaining_));
        else if (state_ != state::until_close) {
            step_framing(data[done.consumed++]);
            continue;
        }
        if (done.produced != done.consumed)
            std::memmove(data + done.produced, data + done.consumed, run);
        done.produced += run;
        done.consumed += run;
        end_run(run);
    }
    return done;
}

void body_decoder::end_run(std::size_t run) {
    if (state_ == state::until_close)
        return;
    remaining_ -= run;
    if (remaining_ == 0)
        state_ = state_ == state::length ? state::done : state::chunk_data_cr;
}

void body_decoder::step_framing(char c) {
    switch (state_) {
    case state::chunk_size:
        return step_size(c);
    case state::chunk_extension:
        return step_text(c, max_extension, state::chunk_size_lf);
    case state::chunk_size_lf:
        line_bytes_ = 0;
        return expect(c, '\n', remaining_ == 0 ? state::trailer_start : state::chunk_data);
    case state::chunk_data_cr:
        return expect(c, '\r', state::chunk_data_lf);
    case state::chunk_data_lf:
        return expect(c, '\n', state::chunk_size);
    case state::trailer_start:
        state_ = c == '\r' ? state::final_lf : state::trailer;
        if (c == ' ' || c == '\t')
            state_ = state::bad; // a folded line
        return state_ == state::trailer ? step_framing(c) : void();
    case state::trailer:
        return step_text(c, max_trailers, state::trailer_lf);
    case state::trailer_lf:
        return expect(c, '\n', state::trailer_start);
    case state::final_lf:
        return expect(c, '\n', state::done);
    default:
        state_ = state::bad;
    }
}

void body_decoder::step_size(char c) {
    const int digit = hex_digit(c);
    if (digit >= 0 && line_bytes_ < max_size_digits) {
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        ++line_bytes_;
    } else if (line_bytes_ > 0 && c == '\r') {
        state_ = state::chunk_size_lf;
    } else if (line_bytes_ > 0 && c == ';') {
        line_bytes_ = 0;
        state_ = state::chunk_extension;
    } else {
        state_ = state::bad;
    }
}

void body_decoder::step_text(char c, std::uint32_t limit, state after) {
    if (c == '\r')
        state_ = after;
    else if (is_control(c) || ++line_bytes_ > limit)
        state_ = state::bad;
}

void body_decoder::expect(char c, char wanted, state after) {
    state_ = c == wanted ? after : state::bad;
}

void body_decoder::end_of_stream() {
    if (state_ != state::done)
        state_ = state_ == state::until_close ? state::done : state::bad;
}

} // namespace llm_proxy::http
