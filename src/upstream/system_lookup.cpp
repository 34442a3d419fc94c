#include "llm_proxy/upstream/resolver.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <system_error>

namespace llm_proxy::upstream {

namespace {

namespace ip = net::asio::ip;

struct free_addresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::string explain(int code) {
    if (code == EAI_SYSTEM) {
        return std::generic_category().message(errno);
    }
    return ::gai_strerror(code);
}

} // namespace

std::vector<ip::address> interleave_families(const std::vector<ip::address>& addresses) {
    std::vector<ip::address> first;
    std::vector<ip::address> second;
    for (const auto& address : addresses) {
        (address.is_v6() == addresses.front().is_v6() ? first : second).push_back(address);
    }
    std::vector<ip::address> mixed;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) {
            mixed.push_back(first[i]);
        }
        if (i < second.size()) {
            mixed.push_back(second[i]);
        }
    }
    return mixed;
}

resolution system_lookup(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    const std::unique_ptr<addrinfo, free_addresses> owner(list);
    if (code != 0) {
        return resolution(explain(code));
    }
    std::vector<ip::address> found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        ip::tcp::endpoint place;
        if (entry->ai_addrlen > place.capacity()) {
            continue;
        }
        std::memcpy(place.data(), entry->ai_addr, entry->ai_addrlen);
        if (std::ranges::find(found, place.address()) == found.end()) {
            found.push_back(place.address());
        }
    }
    if (found.empty()) {
        return resolution(std::string("the name has no address"));
    }
    return resolution(interleave_families(found));
}

} // namespace llm_proxy::upstream
