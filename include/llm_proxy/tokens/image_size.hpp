#pragma once

#include <cstdint>
#include <string_view>

namespace llm_proxy::tokens {

struct image_size {
    std::int64_t width = 300;
    std::int64_t height = 300;
};

/// The size that an image's header tells: PNG, GIF, JPEG or WebP as a base64 data URL. LiteLLM's
/// 300 × 300 where it cannot be told. At most the first 256 KiB are looked at.
image_size size_of_image(std::string_view data_url);

/// OpenAI's tokens for an image in high detail: 85, and 170 for each tile of 512 pixels after it is
/// shrunk to a short side of 768 and a long one of 2,000.
std::int64_t tokens_of_image(const image_size& image);

} // namespace llm_proxy::tokens
