#include "llm_proxy/model/endpoint.hpp"

#include "llm_proxy/util/strings.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

namespace llm_proxy::model {

namespace {

error refusal(std::string_view what) {
    return error(500, std::string(error_type_for_status(500)), "URL " + std::string(what));
}

/// What is wrong with the URL's characters; empty if nothing.
std::string_view wrong_character(std::string_view url) {
    for (const char c : url) {
        if (c <= ' ' || c == '\x7f') { // char is signed: bytes over 0x7f are negative
            return "has a space, a control character or a character outside ASCII";
        }
        if (c == '\\') {
            return "has a backslash";
        }
        if (c == '?') {
            return "has a query";
        }
        if (c == '#') {
            return "has a fragment";
        }
    }
    return {};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > 253) {
        return false;
    }
    const auto labels = split(host, '.');
    return std::ranges::all_of(labels, [](std::string_view label) {
        return !label.empty() && label.size() <= 63 &&
               std::ranges::all_of(label, is_host_character);
    });
}

/// Cuts the host off the front of `authority` and leaves the rest: nothing or `:port`.
std::optional<std::string> take_host(std::string_view& authority) {
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        boost::system::error_code ec;
        const auto address =
            boost::asio::ip::make_address_v6(std::string(authority.substr(1, end - 1)), ec);
        authority.remove_prefix(end + 1);
        if (ec || address.scope_id() != 0) {
            return std::nullopt;
        }
        return address.to_string();
    }
    const std::size_t end = std::min(authority.find(':'), authority.size());
    std::string host = lower(authority.substr(0, end));
    authority.remove_prefix(end);
    if (!is_host_name(host)) {
        return std::nullopt;
    }
    return host;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc() || end != text.data() + text.size() || port == 0) {
        return std::nullopt;
    }
    return port;
}

std::string host_header_of(const endpoint& origin) {
    std::string header = origin.host;
    if (header.find(':') != std::string::npos) {
        header = "[" + header + "]";
    }
    if (origin.port != (origin.tls ? 443 : 80)) {
        header += ":" + std::to_string(origin.port);
    }
    return header;
}

/// Cuts `http://` or `https://` off the front.
std::optional<bool> take_scheme(std::string_view& url) {
    if (starts_with_i(url, "https://")) {
        url.remove_prefix(8);
        return true;
    }
    if (starts_with_i(url, "http://")) {
        url.remove_prefix(7);
        return false;
    }
    return std::nullopt;
}

} // namespace

bool is_at_home(std::string_view host) {
    namespace ip = boost::asio::ip;
    boost::system::error_code ec;
    const auto address = ip::make_address(host, ec);
    if (ec) {
        constexpr std::array<std::string_view, 5> ends{".local", ".lan", ".internal", ".home.arpa",
                                                       ".localhost"};
        return host.find('.') == host.npos ||
               std::ranges::any_of(ends,
                                   [host](std::string_view end) { return host.ends_with(end); });
    }
    if (address.is_loopback()) {
        return true;
    }
    if (address.is_v6()) {
        const auto bytes = address.to_v6().to_bytes();
        return address.to_v6().is_link_local() || (bytes[0] & 0xFEU) == 0xFC;
    }
    const auto bytes = address.to_v4().to_bytes();
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xF0U) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254);
}

std::size_t endpoint_hash::operator()(const endpoint& of) const {
    const std::size_t place = (static_cast<std::size_t>(of.port) << 1U) | (of.tls ? 1U : 0U);
    return std::hash<std::string>()(of.host) ^ (place * 0x9e3779b97f4a7c15U);
}

result<base_url> parse_base_url(std::string_view url, const config::tls_verify& verify) {
    if (const auto wrong = wrong_character(url); !wrong.empty()) {
        return refusal(wrong);
    }
    const auto tls = take_scheme(url);
    if (!tls) {
        return refusal("does not start with http:// or https://");
    }
    const std::size_t slash = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, slash);
    std::string_view path = url.substr(slash);
    if (authority.find('@') != std::string_view::npos) {
        return refusal("has user information");
    }
    base_url parsed;
    parsed.origin.tls = *tls;
    parsed.origin.verify = verify;
    auto host = take_host(authority);
    if (!host) {
        return refusal("has no valid host name or address");
    }
    parsed.origin.host = std::move(*host);
    parsed.origin.port = *tls ? 443 : 80;
    if (!authority.empty()) {
        const auto port =
            authority.starts_with(':') ? parse_port(authority.substr(1)) : std::nullopt;
        if (!port) {
            return refusal("has no valid port (an IPv6 address must be in brackets)");
        }
        parsed.origin.port = *port;
    }
    parsed.origin.host_header = host_header_of(parsed.origin);
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    parsed.path = path;
    return parsed;
}

} // namespace llm_proxy::model
