#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/client_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers {
namespace {

TEST(client_json, keeps_the_order_and_the_last_of_duplicates) {
    const auto value = parse_client_json(R"({"b":1,"a":"\"{,\\","b":2})");
    ASSERT_TRUE(value);
    EXPECT_EQ(dump_json(*value), R"({"b":2,"a":"\"{,\\"})");
}

TEST(client_json, refuses_what_is_no_json_or_too_deep) {
    EXPECT_FALSE(parse_client_json(""));
    EXPECT_FALSE(parse_client_json("{"));
    EXPECT_FALSE(parse_client_json("[NaN]"));
    EXPECT_FALSE(parse_client_json("[1e999]"));
    EXPECT_TRUE(parse_client_json(std::string(200, '[') + std::string(200, ']')));
    EXPECT_FALSE(parse_client_json(std::string(300, '[') + std::string(300, ']')));
}

std::string wide(std::size_t members) {
    std::string text = "[{";
    for (std::size_t i = 0; i < members; ++i) {
        text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":[1,2]";
    }
    return text + "}]";
}

TEST(client_json, refuses_objects_that_take_quadratic_time) {
    EXPECT_TRUE(parse_client_json(wide(2000)));
    EXPECT_FALSE(parse_client_json(wide(8001)));
    std::string list = "[0";
    for (int i = 0; i < 20000; ++i) {
        list += ",{}";
    }
    EXPECT_TRUE(parse_client_json(list + "]"));
}

TEST(client_json, reads_members_of_any_value) {
    const auto value = *parse_client_json(R"({"a":"x","n":null,"i":1,"e":""})");
    EXPECT_EQ(text_of(value, "a"), "x");
    EXPECT_EQ(text_of(value, "i"), "");
    EXPECT_EQ(text_of(value["a"], "a"), "");
    EXPECT_EQ(member_of(value, "n"), nullptr);
    EXPECT_EQ(member_of(value, "zz"), nullptr);
    EXPECT_NE(member_of(value, "i"), nullptr);
    EXPECT_EQ(first_text_of(value, {"e", "i", "a"}), "x");
    EXPECT_EQ(first_text_of(value, {"e"}), "");
}

} // namespace
} // namespace llm_proxy::providers
