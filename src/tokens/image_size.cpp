#include "llm_proxy/tokens/image_size.hpp"

#include "llm_proxy/util/base64.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace llm_proxy::tokens {

namespace {

constexpr std::size_t most_base64 = 256UL * 1024;
constexpr std::int64_t tile = 512;
constexpr std::int64_t short_side = 768;
constexpr std::int64_t long_side = 2000;
constexpr std::int64_t base_tokens = 85;

/// Reads numbers out of a header; 0 beyond its end.
class header {
public:
    explicit header(std::string_view bytes) : bytes_(bytes) {}

    bool has(std::size_t at, std::string_view mark) const {
        return at <= bytes_.size() && bytes_.substr(at).starts_with(mark);
    }
    std::int64_t byte(std::size_t at) const {
        return at < bytes_.size() ? static_cast<unsigned char>(bytes_[at]) : 0;
    }
    std::int64_t big(std::size_t at, std::size_t size) const {
        std::int64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8 | byte(at + i);
        }
        return value;
    }
    std::int64_t little(std::size_t at, std::size_t size) const {
        std::int64_t value = 0;
        for (std::size_t i = size; i > 0; --i) {
            value = value << 8 | byte(at + i - 1);
        }
        return value;
    }
    std::size_t size() const { return bytes_.size(); }

private:
    std::string_view bytes_;
};

/// The frame header of ITU T.81: the first segment C0 to CF that is no table.
std::optional<image_size> jpeg_size(const header& data) {
    for (std::size_t at = 2; at + 9 <= data.size();) {
        while (data.byte(at) == 0xFF && data.byte(at + 1) == 0xFF) {
            ++at; // fill bytes
        }
        const std::int64_t kind = data.byte(at + 1);
        const bool is_frame =
            kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC;
        if (is_frame) {
            return image_size{data.big(at + 7, 2), data.big(at + 5, 2)};
        }
        at += 2 + static_cast<std::size_t>(data.big(at + 2, 2));
    }
    return std::nullopt;
}

/// RFC 9649, the three forms of WebP.
std::optional<image_size> webp_size(const header& data) {
    constexpr std::int64_t mask = 0x3FFF;
    if (data.has(12, "VP8X")) {
        return image_size{data.little(24, 3) + 1, data.little(27, 3) + 1};
    }
    if (data.has(12, "VP8 ")) {
        return image_size{data.little(26, 2) & mask, data.little(28, 2) & mask};
    }
    if (data.has(12, "VP8L")) {
        const std::int64_t bits = data.little(21, 4);
        return image_size{(bits & mask) + 1, ((bits >> 14) & mask) + 1};
    }
    return std::nullopt;
}

std::optional<image_size> read_size(const header& data) {
    if (data.has(0, "\x89PNG\r\n\x1a\n")) {
        return image_size{data.big(16, 4), data.big(20, 4)};
    }
    if (data.has(0, "GIF8")) {
        return image_size{data.little(6, 2), data.little(8, 2)};
    }
    if (data.has(0, "\xFF\xD8\xFF")) {
        return jpeg_size(data);
    }
    return data.has(0, "RIFF") && data.has(8, "WEBP") ? webp_size(data) : std::nullopt;
}

image_size shrink(image_size image) {
    if (image.width <= short_side && image.height <= short_side) {
        return image;
    }
    const bool upright = image.width <= image.height;
    auto& lesser = upright ? image.width : image.height;
    auto& greater = upright ? image.height : image.width;
    const double ratio = static_cast<double>(greater) / static_cast<double>(lesser);
    lesser = short_side;
    greater = static_cast<std::int64_t>(static_cast<double>(short_side) * ratio);
    if (greater > long_side) {
        greater = long_side;
        lesser = static_cast<std::int64_t>(static_cast<double>(long_side) / ratio);
    }
    return image;
}

} // namespace

image_size size_of_image(std::string_view data_url) {
    const std::size_t comma = data_url.find(',');
    if (!data_url.starts_with("data:") || comma == std::string_view::npos) {
        return {};
    }
    std::string_view text = data_url.substr(comma + 1, most_base64);
    text = text.substr(0, text.size() - text.size() % 4);
    const auto bytes = base64_decode(text);
    std::optional<image_size> found;
    if (bytes) {
        found = read_size(header(*bytes));
    }
    const bool usable = found && found->width > 0 && found->height > 0;
    return usable ? *found : image_size();
}

std::int64_t tokens_of_image(const image_size& image) {
    const image_size seen = shrink(image);
    const std::int64_t tiles = ((seen.width + tile - 1) / tile) * ((seen.height + tile - 1) / tile);
    return base_tokens + 2 * base_tokens * tiles;
}

} // namespace llm_proxy::tokens
