#include "llm_proxy/providers/gemini_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers::wire {
namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string wide(std::size_t members) {
    std::string out = R"({"":0)";
    for (std::size_t i = 1; i < members; ++i) {
        out += ",\"" + std::to_string(i) + "\":0";
    }
    return out + "}";
}

TEST(gemini_json, refuses_what_is_too_deep) {
    EXPECT_TRUE(parse(nested(most_depth)).is_array());
    EXPECT_TRUE(parse(nested(most_depth + 1)).is_discarded());
    EXPECT_TRUE(parse(R"({"a":)" + nested(most_depth) + "}").is_discarded());
}

TEST(gemini_json, refuses_what_is_too_wide) {
    EXPECT_EQ(parse(wide(most_members)).size(), most_members);
    EXPECT_TRUE(parse(wide(most_members + 1)).is_discarded());
    EXPECT_TRUE(parse(R"([{"a":[)" + wide(most_members + 1) + "]}]").is_discarded());
}

TEST(gemini_json, counts_each_object_for_itself) {
    std::string many = "[";
    for (std::size_t i = 0; i < 2 * most_members; ++i) {
        many += R"({"a":{},"b":[]},)";
    }
    EXPECT_EQ(parse(many + "0]").size(), 2 * most_members + 1);
}

TEST(gemini_json, does_not_count_in_strings) {
    const std::string brackets(2 * most_depth, '[');
    const std::string colons(2 * most_members, ':');
    for (const std::string& text : {brackets, colons, "\\\"" + brackets, "\\\\" + colons}) {
        EXPECT_TRUE(parse(R"({"a":")" + text + R"("})").is_object()) << text.substr(0, 9);
        EXPECT_TRUE(parse(R"({")" + text + R"(":0})").is_object()) << text.substr(0, 9);
    }
}

TEST(gemini_json, survives_what_is_no_json) {
    for (const std::string_view text : {"", "]]]", "{]", R"("\)", R"({"a)", ":::", R"(["\"])"}) {
        EXPECT_TRUE(parse(text).is_discarded()) << text;
    }
}

} // namespace
} // namespace llm_proxy::providers::wire
