#include "llm_proxy/http/multipart.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <string>

namespace llm_proxy::http {

namespace {

constexpr std::size_t most_parts = 256;
constexpr std::size_t longest_head = 8 * 1024;

/// The value of `key="value"` or `key=value` among a header's parameters; nothing if it is not
/// there or a parameter before it is malformed.
std::optional<std::string_view> parameter(std::string_view value, std::string_view key) {
    std::size_t at = value.find(';');
    while (at != std::string_view::npos) {
        std::string_view rest = trim(value.substr(at + 1));
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string_view name = trim(rest.substr(0, equals));
        rest.remove_prefix(equals + 1);
        std::string_view text = trim(rest.substr(0, rest.find(';')));
        if (rest.starts_with('"')) {
            const std::size_t closing = rest.find('"', 1);
            if (closing == std::string_view::npos) {
                return std::nullopt;
            }
            text = rest.substr(1, closing - 1);
        }
        if (iequals(name, key)) {
            return text;
        }
        const auto end = static_cast<std::size_t>(text.data() + text.size() - value.data());
        at = value.find(';', end);
    }
    return std::nullopt;
}

/// Reads a part's header lines; false if it has no form-data disposition with a name.
bool read_part_head(std::string_view head, multipart_reader::step& out) {
    constexpr std::string_view disposition = "content-disposition:";
    while (!head.empty()) {
        const std::size_t end = head.find("\r\n");
        const std::string_view line = head.substr(0, end);
        if (starts_with_i(line, disposition)) {
            const auto name = parameter(line, "name");
            out.name = name.value_or("");
            out.is_file = parameter(line, "filename").has_value();
            return name.has_value();
        }
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    }
    return false;
}

/// Whether `bytes` begin with `expected`, as far as they go.
bool fits(std::string_view bytes, std::string_view expected) {
    return bytes.substr(0, expected.size()) == expected.substr(0, bytes.size());
}

multipart_reader::step token_of(multipart_reader::token what, std::size_t size) {
    multipart_reader::step out;
    out.what = what;
    out.size = size;
    return out;
}

} // namespace

std::optional<std::string_view> multipart_boundary(std::string_view content_type) {
    if (!starts_with_i(content_type, "multipart/form-data")) {
        return std::nullopt;
    }
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) {
        return std::nullopt;
    }
    return boundary;
}

multipart_reader::multipart_reader(std::string_view boundary)
    : separator_("\r\n--" + std::string(boundary)) {}

multipart_reader::step multipart_reader::next(std::string_view bytes) {
    switch (place_) {
    case place::boundary:
        return read_head(bytes);
    case place::value_start:
        // An empty value's separator may begin with the line end of the part's head.
        if (fits(bytes, first())) {
            place_ = bytes.size() < first().size() ? place::value_start : place::boundary;
            return token_of(place_ == place::boundary ? token::part_end : token::more, 0);
        }
        place_ = place::value;
        return read_value(bytes);
    case place::value:
        return read_value(bytes);
    case place::behind:
        return token_of(bytes.empty() ? token::more : token::epilogue, bytes.size());
    }
    return token_of(token::bad, 0);
}

multipart_reader::step multipart_reader::read_head(std::string_view bytes) {
    const std::string_view rest = bytes.substr(std::min(first().size(), bytes.size()));
    if (!fits(bytes, first()) || !(fits(rest, "--") || fits(rest, "\r\n"))) {
        return token_of(token::bad, 0);
    }
    if (rest.size() < 2) {
        return token_of(token::more, 0);
    }
    if (rest.starts_with("--")) {
        place_ = place::behind;
        return token_of(token::end, first().size() + 2);
    }
    constexpr std::string_view blank = "\r\n\r\n";
    const std::string_view lines = rest.substr(2, longest_head + blank.size());
    const std::size_t end = lines.find(blank);
    if (end == std::string_view::npos && lines.size() < longest_head + blank.size()) {
        return token_of(parts_ == most_parts ? token::bad : token::more, 0);
    }
    step out;
    if (parts_ == most_parts || end == std::string_view::npos ||
        !read_part_head(lines.substr(0, end), out)) {
        return token_of(token::bad, 0);
    }
    ++parts_;
    place_ = place::value_start;
    out.what = token::head;
    out.size = first().size() + 2 + end + blank.size();
    return out;
}

multipart_reader::step multipart_reader::read_value(std::string_view bytes) {
    const std::size_t end = bytes.find(separator_);
    if (end == 0) {
        place_ = place::boundary;
        return token_of(token::part_end, 2);
    }
    if (end != std::string_view::npos) {
        return token_of(token::value, end);
    }
    // A separator has one CR, at its start: the last one may begin it.
    const std::size_t last = bytes.rfind('\r');
    const bool begun = last != std::string_view::npos && fits(bytes.substr(last), separator_);
    const std::size_t size = begun ? last : bytes.size();
    return token_of(size == 0 ? token::more : token::value, size);
}

void form_outline::update(std::string_view body) {
    for (;;) {
        const auto step = reader_.next(body.substr(size_));
        bad_ = step.what == multipart_reader::token::bad;
        if (bad_ || step.what == multipart_reader::token::more) {
            return;
        }
        note(step);
        size_ += step.size;
    }
}

void form_outline::note(const multipart_reader::step& step) {
    using token = multipart_reader::token;
    if (step.what == token::head) {
        form_part part;
        part.name = step.name;
        part.is_file = step.is_file;
        part.begin = size_;
        part.value_begin = part.value_end = size_ + step.size;
        parts_.push_back(part);
        open_ = true;
    } else if (step.what == token::part_end) {
        parts_.back().value_end = size_;
        parts_.back().end = size_ + step.size;
        open_ = false;
    } else if (step.what == token::end) {
        complete_ = true;
    }
}

std::optional<std::vector<form_part>> parse_multipart(std::string_view body,
                                                      std::string_view boundary) {
    form_outline outline(boundary);
    outline.update(body);
    if (!outline.complete()) {
        return std::nullopt;
    }
    return outline.parts();
}

} // namespace llm_proxy::http
