#include "llm_proxy/util/base64.hpp"

#include <cstddef>
#include <cstdint>

namespace llm_proxy {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (count += 8; count >= 6; count -= 6)
            text += alphabet[(bits >> (count - 6)) & 0x3fU];
    }
    if (count > 0)
        text += alphabet[(bits << (6 - count)) & 0x3fU];
    return text;
}

/// The value of a character, or 64. `above_61` are the alphabet's last two characters.
std::uint32_t value_of(char c, std::string_view above_61) {
    if (c >= 'A' && c <= 'Z')
        return static_cast<std::uint32_t>(c - 'A');
    if (c >= 'a' && c <= 'z')
        return static_cast<std::uint32_t>(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return static_cast<std::uint32_t>(c - '0') + 52;
    if (c == above_61[0])
        return 62;
    return c == above_61[1] ? 63 : 64;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
    if (text.size() % 4 == 1) // six bits make no byte
        return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::uint32_t value = value_of(c, alphabet.substr(62));
        if (value == 64)
            return std::nullopt;
        bits = (bits << 6U) | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xffU);
        }
    }
    if ((bits & ((1U << count) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

/// Without the one or two `=` that fill the last group of four up.
std::string_view without_padding(std::string_view text) {
    if (text.size() % 4 != 0 || !text.ends_with('='))
        return text;
    text.remove_suffix(1);
    if (text.ends_with('='))
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string base64_encode(std::string_view bytes) {
    std::string text = encode(bytes, standard);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::string base64url_encode(std::string_view bytes) {
    return encode(bytes, url_safe);
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    return decode(without_padding(text), standard);
}

std::optional<std::string> base64url_decode(std::string_view text) {
    return decode(without_padding(text), url_safe);
}

} // namespace llm_proxy
