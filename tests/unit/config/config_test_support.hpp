#pragma once

#include "llm_proxy/config/loader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

namespace llm_proxy::config {

/// A file of `tests/fixtures`.
inline std::string fixture(const std::string& name) {
    const auto path =
        std::filesystem::path(__FILE__).parent_path() / ".." / ".." / "fixtures" / name;
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// A configuration with a good master key and the given text in front.
inline loaded load_with_key(std::string_view yaml, environment variables = {}) {
    variables.set("LITELLM_MASTER_KEY", "sk-0123456789abcdef");
    return load_text(yaml, "config.yaml", std::move(variables));
}

/// The problems, one per line.
inline std::string text_of(const problems& found) {
    std::string text;
    for (const problem& one : found)
        text += to_string(one) + '\n';
    return text;
}

} // namespace llm_proxy::config
