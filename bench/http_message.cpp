#include "http_message.hpp"

#include <algorithm>
#include <charconv>
#include <strings.h>

namespace llm_proxy::bench {
namespace {

constexpr std::size_t head_limit = 64 * 1024;

/// The value of `line` if it is the header `name` (given with its colon).
bool read_value(std::string_view line, std::string_view name, std::string_view& value) {
    if (line.size() < name.size() || ::strncasecmp(line.data(), name.data(), name.size()) != 0)
        return false;
    value = line.substr(name.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return true;
}

bool read_number(std::string_view digits, int base, std::size_t& number) {
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    return error == std::errc() && end != digits.data();
}

} // namespace

std::string_view message_reader::take(std::string_view& input) {
    switch (state_) {
    case state::head:
        take_head(input);
        return {};
    case state::body:
    case state::chunk_data:
        return take_data(input);
    case state::chunk_size:
    case state::chunk_end:
    case state::trailers:
        take_line(input);
        return {};
    case state::done:
    case state::failed:
        return {};
    }
    return {};
}

void message_reader::take_head(std::string_view& input) {
    // A piece at a time, so that little of a large body is copied along.
    const auto piece = input.substr(0, 2048);
    const auto before = head_.size();
    head_.append(piece);
    const auto end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end == std::string::npos) {
        input.remove_prefix(piece.size());
        if (head_.size() > head_limit)
            state_ = state::failed;
        return;
    }
    input.remove_prefix(end + 4 - before);
    head_.resize(end + 2);

    state_ = state::body;
    const std::string_view head = head_;
    for (std::size_t begin = 0; begin < head.size();) {
        const auto line_end = head.find("\r\n", begin);
        read_header(head.substr(begin, line_end - begin));
        begin = line_end + 2;
    }
    if (state_ == state::failed)
        return;
    if (chunked_)
        state_ = state::chunk_size;
    else if (remaining_ == 0)
        state_ = state::done;
}

void message_reader::read_header(std::string_view line) {
    std::string_view value;
    if (read_value(line, "content-length:", value)) {
        if (!read_number(value, 10, remaining_))
            state_ = state::failed;
    } else if (read_value(line, "transfer-encoding:", value)) {
        chunked_ = value == "chunked";
    } else if (read_value(line, "connection:", value)) {
        closes_connection_ = value == "close";
    }
}

std::string_view message_reader::take_data(std::string_view& input) {
    const auto data = input.substr(0, remaining_);
    input.remove_prefix(data.size());
    remaining_ -= data.size();
    if (remaining_ == 0)
        state_ = chunked_ ? state::chunk_end : state::done;
    return data;
}

void message_reader::take_line(std::string_view& input) {
    const auto end = input.find('\n');
    const auto size = end == std::string_view::npos ? input.size() : end + 1;
    line_.append(input.substr(0, size));
    input.remove_prefix(size);
    if (end == std::string_view::npos)
        return;
    end_line();
    line_.clear();
}

void message_reader::end_line() {
    const bool blank = line_ == "\r\n";
    if (state_ == state::chunk_size)
        begin_chunk();
    else if (state_ == state::chunk_end)
        state_ = blank ? state::chunk_size : state::failed;
    else if (blank)
        state_ = state::done;
}

void message_reader::begin_chunk() {
    if (!read_number(line_, 16, remaining_))
        state_ = state::failed;
    else
        state_ = remaining_ == 0 ? state::trailers : state::chunk_data;
}

std::string_view message_reader::second_word() const {
    const std::string_view head = head_;
    const auto begin = std::min(head.find(' '), head.size() - 1) + 1;
    return head.substr(begin, head.find_first_of(" \r", begin) - begin);
}

void message_reader::reset() {
    state_ = state::head;
    head_.clear();
    line_.clear();
    remaining_ = 0;
    chunked_ = false;
    closes_connection_ = false;
}

} // namespace llm_proxy::bench
