#include "llm_proxy/http/sse.hpp"

#include <cstring>

namespace llm_proxy::http {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The first `wanted` in [begin, end), or `end`.
const char* find(const char* begin, const char* end, char wanted) {
    if (begin == end)
        return end;
    const void* found = std::memchr(begin, wanted, static_cast<std::size_t>(end - begin));
    return found == nullptr ? end : static_cast<const char*>(found);
}

} // namespace

void kept_text::borrow(std::string_view text) {
    borrowed_ = text;
    owned_ = false;
}

void kept_text::add_line(std::string_view line) {
    keep();
    store_.push_back('\n');
    store_.append(line);
}

void kept_text::keep() {
    if (owned_)
        return;
    store_.assign(borrowed_);
    owned_ = true;
}

void sse_parser::feed(std::string_view bytes) {
    input_ = bytes;
    next_lf_ = nullptr;
}

bool sse_parser::next(sse_event& out) {
    if (taken_)
        begin_event();
    std::string_view line;
    while (!failed_ && take_line(line)) {
        if (!line.empty())
            take_field(line);
        else if (take_event(out))
            return true;
    }
    if (ending_ && !failed_ && take_event(out))
        return true;
    keep();
    return false;
}

void sse_parser::begin_event() {
    name_.borrow({});
    data_.borrow({});
    has_data_ = false;
    taken_ = false;
}

bool sse_parser::take_event(sse_event& out) {
    if (!has_data_) {
        begin_event();
        return false;
    }
    out.name = name_.view();
    out.data = data_.view();
    taken_ = true;
    return true;
}

/// Nothing of the fed bytes may be needed after this.
void sse_parser::keep() {
    name_.keep();
    data_.keep();
    carry_.append(input_);
    feed({});
    failed_ = failed_ || carry_.size() > max_event_;
    if (failed_)
        carry_.clear();
}

bool sse_parser::take_line(std::string_view& line) {
    if (skip_lf_ && !input_.empty()) {
        skip_lf_ = false;
        if (input_.front() == '\n')
            input_.remove_prefix(1);
    }
    const char* end = find_line_end();
    const auto length = static_cast<std::size_t>(end - input_.data());
    const bool has_end = length < input_.size();
    if (!has_end && (!ending_ || (carry_.empty() && input_.empty())))
        return false;
    skip_lf_ = has_end && *end == '\r';
    line = join(input_.substr(0, length));
    input_.remove_prefix(length + (has_end ? 1 : 0));
    failed_ = line.size() > max_event_;
    if (at_start_ && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    at_start_ = false;
    return !failed_;
}

/// LFs are looked for once only, so that bytes with CRs alone cost no quadratic time.
const char* sse_parser::find_line_end() {
    const char* begin = input_.data();
    if (next_lf_ == nullptr || next_lf_ < begin)
        next_lf_ = find(begin, begin + input_.size(), '\n');
    return find(begin, next_lf_, '\r');
}

std::string_view sse_parser::join(std::string_view rest) {
    if (carry_.empty())
        return rest;
    line_.swap(carry_);
    carry_.clear();
    return line_.append(rest);
}

void sse_parser::take_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon < line.size() ? colon + 1 : line.size());
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "event") {
        name_.borrow(value);
    } else if (name == "data") {
        if (has_data_)
            data_.add_line(value);
        else
            data_.borrow(value);
        has_data_ = true;
        failed_ = data_.view().size() > max_event_;
    }
}

} // namespace llm_proxy::http
