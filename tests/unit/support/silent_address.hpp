#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llm_proxy::test {

/// A loopback address and port that answers no attempt to connect: a listener whose queue is full,
/// so that the kernel drops what comes.
class silent_address {
public:
    silent_address(const std::string& address, std::uint16_t port);
    ~silent_address();
    silent_address(const silent_address&) = delete;
    silent_address& operator=(const silent_address&) = delete;

    std::uint16_t port() const { return port_; }

private:
    std::vector<int> descriptors_;
    std::uint16_t port_ = 0;
};

} // namespace llm_proxy::test
