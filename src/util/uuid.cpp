#include "llm_proxy/util/uuid.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>
#include <sys/random.h>
#include <system_error>

namespace llm_proxy {
namespace {

constexpr std::size_t uuid_bytes = 16;

/// Random bytes of one thread, taken from the kernel 256 identifiers at a time.
class random_block {
public:
    std::span<const unsigned char, uuid_bytes> next() {
        if (used_ == bytes_.size())
            refill();
        const auto taken = std::span(bytes_).subspan(used_).first<uuid_bytes>();
        used_ += uuid_bytes;
        return taken;
    }

private:
    void refill() {
        // Longer reads than 256 bytes may be cut short by a signal.
        for (std::size_t filled = 0; filled < bytes_.size();) {
            const ssize_t got = ::getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
            if (got < 0 && errno != EINTR)
                throw std::system_error(errno, std::generic_category(), "getrandom");
            if (got > 0)
                filled += static_cast<std::size_t>(got);
        }
        used_ = 0;
    }

    std::array<unsigned char, 256 * uuid_bytes> bytes_{};
    std::size_t used_ = bytes_.size();
};

} // namespace

std::string uuid4() {
    thread_local random_block random;
    const auto bytes = random.next();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < uuid_bytes; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            ++at;
        text[at++] = digits[bytes[i] >> 4U];
        text[at++] = digits[bytes[i] & 0xfU];
    }
    text[14] = '4';                                    // the version
    text[19] = digits[8U | ((bytes[8] >> 4U) & 0x3U)]; // the variant of RFC 9562
    return text;
}

std::string uuid4(random_source* random) {
    if (random == nullptr) {
        return uuid4();
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (char& c : text) {
        if (c == 'x') {
            c = digits[static_cast<std::size_t>(random->unit() * 16) & 15U];
        } else if (c == 'y') {
            c = digits[8U + (static_cast<std::size_t>(random->unit() * 4) & 3U)];
        }
    }
    return text;
}

} // namespace llm_proxy
