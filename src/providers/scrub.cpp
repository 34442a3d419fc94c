#include "llm_proxy/providers/scrub.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t longest_text = 4096;
constexpr std::size_t shortest_secret = 4;
constexpr std::size_t shortest_key = 16;
constexpr std::string_view mask = "***";

std::string without(std::string_view text, std::string_view key) {
    std::string out;
    std::size_t found = text.find(key);
    while (found != std::string_view::npos) {
        out.append(text.substr(0, found)).append(mask);
        text.remove_prefix(found + key.size());
        found = text.find(key);
    }
    return out.append(text);
}

/// Without what begins and goes on like a key of that kind.
std::string without_keys(std::string_view text, std::string_view prefix) {
    constexpr std::string_view key_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix)) {
        const std::size_t end = std::min(text.find_first_not_of(key_characters, at), text.size());
        const bool is_key = end - at >= shortest_key;
        out.append(text.substr(0, at + prefix.size()));
        if (is_key) {
            out.append(mask);
        }
        text.remove_prefix(is_key ? end : at + prefix.size());
    }
    return out.append(text);
}

bool holds_credential(std::string_view header) {
    const std::string name = lower(header);
    return name.find("auth") != std::string::npos || name.find("key") != std::string::npos ||
           name.find("token") != std::string::npos || name.find("secret") != std::string::npos;
}

/// The longest beginning of at most `size` bytes that ends between two characters.
std::string_view cut(std::string_view text, std::size_t size) {
    if (text.size() <= size) {
        return text;
    }
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

} // namespace

std::string scrub(std::string_view text, std::string_view key) {
    std::string out(text);
    if (key.size() >= shortest_secret) {
        const std::string quoted = json::quoted(key);
        out = without(without(out, key), std::string_view(quoted).substr(1, quoted.size() - 2));
    }
    return without_keys(without_keys(out, "sk-"), "AIza");
}

std::string without_credentials(std::string_view text, const model::deployment& target) {
    std::string out = scrub(text, target.key.reveal());
    for (const auto& [name, value] : target.extra_headers) {
        if (holds_credential(name)) {
            const std::string_view credential = value;
            out = scrub(out, credential.substr(starts_with_i(credential, "bearer ") ? 7 : 0));
        }
    }
    return out;
}

std::string presentable(std::string_view text, const model::deployment& target) {
    return std::string(cut(without_credentials(text, target), longest_text));
}

} // namespace llm_proxy::providers
