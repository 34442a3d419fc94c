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
bool read_part_head(std::string_view head, form_part& out) {
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

std::optional<std::vector<form_part>> parse_multipart(std::string_view body,
                                                      std::string_view boundary) {
    const std::string first = "--" + std::string(boundary);
    const std::string separator = "\r\n" + first;
    std::vector<form_part> parts;
    if (!body.starts_with(first)) {
        return std::nullopt;
    }
    std::size_t at = first.size();
    while (!body.substr(at).starts_with("--")) {
        if (!body.substr(at).starts_with("\r\n") || parts.size() == most_parts) {
            return std::nullopt;
        }
        form_part part;
        part.begin = at - first.size();
        at += 2;
        const std::size_t head_end = body.find("\r\n\r\n", at);
        if (head_end == std::string_view::npos || head_end - at > longest_head) {
            return std::nullopt;
        }
        part.value_begin = head_end + 4;
        // An empty value's separator begins with the CRLF that ends the head.
        part.value_end = body.find(separator, head_end + 2);
        if (part.value_end == std::string_view::npos ||
            !read_part_head(body.substr(at, head_end - at), part)) {
            return std::nullopt;
        }
        part.end = part.value_end + 2;
        at = part.value_end + separator.size();
        part.value_end = std::max(part.value_begin, part.value_end);
        parts.push_back(part);
    }
    return parts;
}

} // namespace llm_proxy::http
