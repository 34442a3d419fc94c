#pragma once

#include <boost/asio/ip/address.hpp>

namespace llm_proxy::upstream {

/// Whether an address belongs to the public internet, so that a server whose name a client chose
/// may be reached at it. All else is refused: loopback, private, link-local, shared (100.64/10),
/// documentation, benchmarking, multicast and reserved networks (IANA's special-purpose registries,
/// RFC 6890), cloud providers' own addresses, and the IPv6 forms that carry such an IPv4 address.
bool is_public_address(const boost::asio::ip::address& address);

} // namespace llm_proxy::upstream
