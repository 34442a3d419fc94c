#include "llm_proxy/upstream/address_policy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace llm_proxy::upstream {

namespace {

namespace ip = boost::asio::ip;

struct block_v4 {
    std::uint32_t network;
    unsigned prefix;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array refused_v4{
    block_v4{v4(0, 0, 0, 0), 8},        // this network
    block_v4{v4(10, 0, 0, 0), 8},       // private
    block_v4{v4(100, 64, 0, 0), 10},    // shared by a provider's customers
    block_v4{v4(127, 0, 0, 0), 8},      // loopback
    block_v4{v4(168, 63, 129, 16), 32}, // Azure's host
    block_v4{v4(169, 254, 0, 0), 16},   // link-local, metadata services
    block_v4{v4(172, 16, 0, 0), 12},    // private
    block_v4{v4(192, 0, 0, 0), 24},     // protocol assignments
    block_v4{v4(192, 0, 2, 0), 24},     // documentation
    block_v4{v4(192, 88, 99, 0), 24},   // 6to4 relays
    block_v4{v4(192, 168, 0, 0), 16},   // private
    block_v4{v4(198, 18, 0, 0), 15},    // benchmarking
    block_v4{v4(198, 51, 100, 0), 24},  // documentation
    block_v4{v4(203, 0, 113, 0), 24},   // documentation
    block_v4{v4(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

bool is_public(const ip::address_v4& address) {
    const std::uint32_t bits = address.to_uint();
    return std::none_of(refused_v4.begin(), refused_v4.end(), [bits](const block_v4& block) {
        return ((bits ^ block.network) >> (32U - block.prefix)) == 0;
    });
}

bool begins_with(const ip::address_v6::bytes_type& bytes, std::span<const unsigned char> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_public(const ip::address_v6& address) {
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    constexpr std::array<unsigned char, 12> nat64{0, 0x64, 0xff, 0x9b};
    constexpr std::array<unsigned char, 4> documentation{0x20, 0x01, 0x0d, 0xb8};
    constexpr std::array<unsigned char, 2> six_to_four{0x20, 0x02};
    const auto bytes = address.to_bytes();
    if (begins_with(bytes, mapped) || begins_with(bytes, nat64)) {
        return is_public(ip::address_v4(v4(bytes[12], bytes[13], bytes[14], bytes[15])));
    }
    const bool global_unicast = (bytes[0] & 0xe0U) == 0x20;
    // 2001::/23 holds Teredo, ORCHID, benchmarking and other protocols.
    const bool protocols = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2;
    const bool new_documentation = bytes[0] == 0x3f && bytes[1] == 0xff && bytes[2] < 0x10;
    return global_unicast && !protocols && !new_documentation &&
           !begins_with(bytes, documentation) && !begins_with(bytes, six_to_four);
}

} // namespace

bool is_public_address(const ip::address& address) {
    return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

} // namespace llm_proxy::upstream
