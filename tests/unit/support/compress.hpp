#pragma once

#include <string>
#include <string_view>

namespace llm_proxy::test {

// zlib's window bits for its three formats.
inline constexpr int gzip = 15 + 16;
inline constexpr int zlib = 15;
inline constexpr int raw = -15;

std::string compress(std::string_view text, int window);

} // namespace llm_proxy::test
