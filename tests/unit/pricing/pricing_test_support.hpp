#pragma once

#include "llm_proxy/pricing/bundled_prices.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace llm_proxy::pricing {

/// The whole bundled table, read once.
inline const price_table& whole_table() {
    static const price_table table = bundled_prices().value();
    return table;
}

inline price_table table_of(std::string_view json) {
    return price_table::parse(json).value();
}

/// A file of `tests/fixtures/pricing`.
inline std::string pricing_fixture(const std::string& name) {
    const auto path =
        std::filesystem::path(__FILE__).parent_path() / "../../fixtures/pricing" / name;
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace llm_proxy::pricing
