#pragma once

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace llm_proxy::tokens {

/// A file of `tests/fixtures/tokens`, which scripts/token-cases writes.
inline nlohmann::ordered_json token_fixture(const std::string& name) {
    const auto path =
        std::filesystem::path(__FILE__).parent_path() / "../../fixtures/tokens" / name;
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    return nlohmann::ordered_json::parse(file);
}

} // namespace llm_proxy::tokens
