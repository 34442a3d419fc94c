#include "llm_proxy/http/head_rules.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <charconv>

namespace llm_proxy::http {
namespace {

constexpr std::size_t max_method = 32;

bool read_length(std::string_view digits, std::uint64_t& length) {
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, length);
    return ec == std::errc{} && stop == end;
}

} // namespace

void note_connection(decisive_fields& seen, std::string_view value) {
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        const std::string_view option = trim(value.substr(0, comma));
        seen.close = seen.close || iequals(option, "close");
        seen.keep_alive = seen.keep_alive || iequals(option, "keep-alive");
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
}

const char* read_framing(const decisive_fields& seen, int version, body_kind& kind,
                         std::uint64_t& length) {
    kind = body_kind::none;
    length = 0;
    if (seen.content_lengths + seen.transfer_encodings > 1)
        return "more than one Content-Length or Transfer-Encoding";
    if (seen.transfer_encodings == 1) {
        if (version == 10)
            return "Transfer-Encoding in HTTP/1.0";
        if (!iequals(seen.transfer_encoding, "chunked"))
            return "unknown Transfer-Encoding";
        kind = body_kind::chunked;
    }
    if (seen.content_lengths == 1) {
        if (!read_length(seen.content_length, length))
            return "malformed Content-Length";
        kind = body_kind::length;
    }
    return nullptr;
}

bool wants_keep_alive(const decisive_fields& seen, int version) {
    return !seen.close && (version == 11 || seen.keep_alive);
}

const char* check_method(std::string_view method) {
    if (method.size() > max_method)
        return "method too long";
    return method == "CONNECT" ? "CONNECT is not served" : nullptr;
}

const char* check_target(std::string_view method, std::string_view target) {
    if (target == "*" && method == "OPTIONS")
        return nullptr;
    if (!target.starts_with('/'))
        return "request target is not a path";
    const auto unfit = [](char c) { return c <= ' ' || c >= 0x7f || c == '#'; };
    return std::any_of(target.begin(), target.end(), unfit) ? "malformed request target" : nullptr;
}

const char* check_host(const decisive_fields& seen, int version) {
    if (seen.hosts > 1)
        return "more than one Host";
    if (seen.hosts == 0 && version == 11)
        return "no Host";
    const auto unfit = [](char c) {
        return c <= ' ' || c >= 0x7f ||
               std::string_view("\"#,/<>?@\\^`{|}").find(c) != std::string_view::npos;
    };
    return std::any_of(seen.host.begin(), seen.host.end(), unfit) ? "malformed Host" : nullptr;
}

} // namespace llm_proxy::http
