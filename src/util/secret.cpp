#include "llm_proxy/util/secret.hpp"

#include <openssl/crypto.h>

#include <cstddef>

namespace llm_proxy {

std::string secret::masked() const {
    // Four of fewer characters than this would be a good part of the secret.
    constexpr std::size_t shortest_shown = 16;
    constexpr std::size_t shown = 4;
    if (value_.size() < shortest_shown)
        return "***";
    const std::string_view prefix = value_.starts_with("sk-") ? "sk-..." : "...";
    return std::string(prefix) + value_.substr(value_.size() - shown);
}

bool constant_time_equal(std::string_view presented, std::string_view expected) {
    // With another length the same work is done, on `presented` against itself.
    const bool same_size = presented.size() == expected.size();
    const char* other = same_size ? expected.data() : presented.data();
    const bool same_bytes = CRYPTO_memcmp(presented.data(), other, presented.size()) == 0;
    return same_size && same_bytes;
}

} // namespace llm_proxy
