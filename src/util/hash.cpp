#include "llm_proxy/util/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace llm_proxy {
namespace {

// Fetched once: looking the algorithm up costs more than hashing a key.
EVP_MD* sha256_algorithm() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

} // namespace

std::string sha256_hex(std::string_view data) {
    std::array<unsigned char, 32> digest{};
    if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, sha256_algorithm(), nullptr) !=
        1)
        throw std::runtime_error("OpenSSL cannot compute SHA-256");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(digest.size() * 2);
    for (const unsigned char byte : digest) {
        hex += digits[byte >> 4U];
        hex += digits[byte & 0xfU];
    }
    return hex;
}

} // namespace llm_proxy
