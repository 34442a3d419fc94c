#include "llm_proxy/upstream/file_url.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <vector>

namespace llm_proxy::upstream {

namespace {

constexpr std::size_t most_bytes = 8UL * 1024;

bool is_allowed(const model::endpoint& origin, const std::vector<std::string>& hosts) {
    const bool bare_ipv6 = origin.host.find(':') != std::string::npos;
    const std::string host = bare_ipv6 ? "[" + origin.host + "]" : origin.host;
    const std::string with_port = host + ":" + std::to_string(origin.port);
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& allowed) {
        return allowed == host || allowed == with_port;
    });
}

/// Whether it begins with a scheme, as an absolute URL does.
bool is_absolute(std::string_view reference) {
    const std::size_t end = reference.find_first_of(":/?#");
    return end != std::string_view::npos && end > 0 && reference[end] == ':';
}

/// RFC 3986, section 5.2.4, of a path that begins with a slash.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto segments = split(path.substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool dots = segments[i] == "." || segments[i] == "..";
        if (segments[i] == ".." && !kept.empty()) {
            kept.pop_back();
        }
        if (!dots) {
            kept.push_back(segments[i]);
        } else if (i + 1 == segments.size()) {
            kept.emplace_back();
        }
    }
    std::string out;
    for (const std::string_view segment : kept) {
        out.append("/").append(segment);
    }
    return out.empty() ? "/" : out;
}

std::string resolved_target(const std::string& target, std::string_view reference) {
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    if (reference.empty()) {
        return target;
    }
    if (reference.starts_with('?')) {
        return std::string(path).append(reference);
    }
    const std::size_t query = std::min(reference.find('?'), reference.size());
    std::string merged;
    if (!reference.starts_with('/')) {
        merged = path.substr(0, path.rfind('/') + 1);
    }
    merged.append(reference.substr(0, query));
    return without_dot_segments(merged).append(reference.substr(query));
}

} // namespace

std::optional<file_url> parse_file_url(std::string_view url,
                                       const config::litellm_settings& settings) {
    url = url.substr(0, url.find('#'));
    const std::size_t colon = url.find("://");
    if (url.size() > most_bytes || colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t end = std::min(url.find_first_of("/?", colon + 3), url.size());
    auto base = model::parse_base_url(url.substr(0, end), settings.ssl_verify);
    if (!base) {
        return std::nullopt;
    }
    file_url out;
    out.origin = std::move(base->origin);
    out.origin.public_only =
        settings.user_url_validation && !is_allowed(out.origin, settings.user_url_allowed_hosts);
    out.target = url.substr(end);
    if (!out.target.starts_with('/')) {
        out.target.insert(0, "/");
    }
    return out;
}

std::optional<file_url> follow(const file_url& from, std::string_view location,
                               const config::litellm_settings& settings) {
    location = trim(location.substr(0, location.find('#')));
    if (is_absolute(location)) {
        return parse_file_url(location, settings);
    }
    if (location.starts_with("//")) {
        return parse_file_url((from.origin.tls ? "https:" : "http:") + std::string(location),
                              settings);
    }
    if (location.size() > most_bytes) {
        return std::nullopt;
    }
    file_url out = from;
    out.target = resolved_target(from.target, location);
    return out;
}

std::string shown_url(std::string_view url) {
    constexpr std::size_t most_shown = 128;
    std::string out(url.substr(0, url.find_first_of("?#")));
    const std::size_t colon = out.find("://");
    const std::size_t begin = colon == std::string::npos ? 0 : colon + 3;
    const std::size_t at = out.rfind('@', out.find('/', begin));
    if (at != std::string::npos && at >= begin) {
        out.erase(begin, at + 1 - begin);
    }
    if (out.size() > most_shown) {
        out.resize(most_shown);
        out += "...";
    }
    return out;
}

} // namespace llm_proxy::upstream
