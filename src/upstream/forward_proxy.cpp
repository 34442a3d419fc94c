#include "llm_proxy/upstream/forward_proxy.hpp"

#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <span>
#include <utility>

namespace llm_proxy::upstream {

namespace {

namespace ip = boost::asio::ip;

/// The value of the first of the names that is set and not empty, each in lower case first.
std::optional<std::string> read_first(const variable_reader& variable,
                                      std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        for (const std::string& spelling : {lower(name), std::string(name)}) {
            auto value = variable(spelling);
            if (value && !trim(*value).empty()) {
                return std::string(trim(*value));
            }
        }
    }
    return std::nullopt;
}

secret basic_authorization(std::string_view user_information) {
    const auto clear = percent_decode(user_information);
    return secret("Basic " + base64_encode(clear.value_or(std::string(user_information))));
}

forward_proxy parse_proxy(std::string_view url) {
    forward_proxy proxy;
    if (url.find("://") != std::string_view::npos && !starts_with_i(url, "http://")) {
        proxy.problem = "the forward proxy's URL does not start with http://";
        return proxy;
    }
    if (starts_with_i(url, "http://")) {
        url.remove_prefix(7);
    }
    url = url.substr(0, url.find_first_of("/?#"));
    if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
        proxy.authorization = basic_authorization(url.substr(0, at));
        url.remove_prefix(at + 1);
    }
    auto parsed = model::parse_base_url("http://" + std::string(url), config::tls_verify());
    if (!parsed) {
        proxy.problem = "the forward proxy's " + parsed.error().message;
        return proxy;
    }
    proxy.host = std::move(parsed->origin.host);
    proxy.port = parsed->origin.port;
    return proxy;
}

std::optional<forward_proxy> proxy_of(const variable_reader& variable,
                                      std::initializer_list<std::string_view> names) {
    const auto url = read_first(variable, names);
    if (!url) {
        return std::nullopt;
    }
    return parse_proxy(*url);
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return ec == std::errc() && end == text.data() + text.size();
}

std::optional<ip::address> parse_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    boost::system::error_code ec;
    const auto address = ip::make_address(text, ec);
    return ec ? std::nullopt : std::optional(address);
}

bool same_bits(std::span<const unsigned char> a, std::span<const unsigned char> b, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::ranges::equal(a.first(whole), b.first(whole))) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

bool in_network(const ip::address& address, const ip::address& network, unsigned prefix) {
    if (address.is_v4() != network.is_v4()) {
        return false;
    }
    if (address.is_v4()) {
        return same_bits(address.to_v4().to_bytes(), network.to_v4().to_bytes(), prefix);
    }
    return same_bits(address.to_v6().to_bytes(), network.to_v6().to_bytes(), prefix);
}

} // namespace

proxy_exceptions::proxy_exceptions(std::string_view list) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
        const std::string_view entry = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (entry == "*") {
            all_ = true;
        } else if (!entry.empty()) {
            rules_.push_back(parse(entry));
        }
    }
}

proxy_exceptions::rule proxy_exceptions::parse(std::string_view entry) {
    rule made;
    const std::size_t colon = entry.rfind(':');
    const bool one_colon = colon != std::string_view::npos && entry.find(':') == colon;
    const bool after_bracket =
        colon != std::string_view::npos && colon > 0 && entry[colon - 1] == ']';
    if ((one_colon || after_bracket) && parse_number(entry.substr(colon + 1), made.port)) {
        entry = entry.substr(0, colon);
    }
    const std::size_t slash = entry.find('/');
    made.network = parse_address(entry.substr(0, slash));
    if (made.network) {
        const unsigned bits = made.network->is_v4() ? 32 : 128;
        made.prefix = bits;
        if (slash != std::string_view::npos &&
            (!parse_number(entry.substr(slash + 1), made.prefix) || made.prefix > bits)) {
            made.prefix = bits;
        }
        return made;
    }
    entry.remove_prefix(entry.starts_with("*.") ? 2 : 0);
    entry.remove_prefix(entry.starts_with('.') ? 1 : 0);
    made.name = lower(entry);
    return made;
}

bool proxy_exceptions::matches(const rule& r, const model::endpoint& origin,
                               const std::optional<ip::address>& address) {
    if (r.port != 0 && r.port != origin.port) {
        return false;
    }
    if (r.network) {
        return address && in_network(*address, *r.network, r.prefix);
    }
    const std::string_view host = origin.host;
    if (r.name.empty() || !host.ends_with(r.name)) {
        return false;
    }
    return host.size() == r.name.size() || host[host.size() - r.name.size() - 1] == '.';
}

bool proxy_exceptions::covers(const model::endpoint& origin) const {
    const auto address = parse_address(origin.host);
    return all_ ||
           std::ranges::any_of(rules_, [&](const rule& r) { return matches(r, origin, address); });
}

forward_proxies::forward_proxies(const variable_reader& variable)
    : for_https_(proxy_of(variable, {"HTTPS_PROXY", "ALL_PROXY"})),
      for_http_(proxy_of(variable, {"HTTP_PROXY", "ALL_PROXY"})),
      exceptions_(read_first(variable, {"NO_PROXY"}).value_or("")) {}

const forward_proxy* forward_proxies::proxy_for(const model::endpoint& origin) const {
    const auto& proxy = origin.tls ? for_https_ : for_http_;
    if (!proxy || exceptions_.covers(origin)) {
        return nullptr;
    }
    return &*proxy;
}

} // namespace llm_proxy::upstream
