#include "support/silent_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace llm_proxy::test {

silent_address::silent_address(const std::string& address, std::uint16_t port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
    socklen_t size = sizeof place;
    auto* const generic = reinterpret_cast<sockaddr*>(&place);

    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    descriptors_.push_back(listener);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 0) != 0 ||
        ::getsockname(listener, generic, &size) != 0) {
        throw std::runtime_error("cannot listen on " + address);
    }
    port_ = ntohs(place.sin_port);
    // A queue of length 0 holds one; the others are there in case the kernel is generous.
    for (int i = 0; i < 4; ++i) {
        const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        descriptors_.push_back(filler);
        ::connect(filler, generic, size);
    }
}

silent_address::~silent_address() {
    for (const int descriptor : descriptors_) {
        ::close(descriptor);
    }
}

} // namespace llm_proxy::test
