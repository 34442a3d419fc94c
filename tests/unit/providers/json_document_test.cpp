#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers {
namespace json_document_test {

TEST(json_document, keeps_the_order_and_the_last_of_duplicates) {
    const auto value = parse_document(R"({"b":1,"a":"\"{,\\","b":2})");
    ASSERT_TRUE(value);
    EXPECT_EQ(dump_json(*value), R"({"b":2,"a":"\"{,\\"})");
}

TEST(json_document, refuses_what_is_no_json_or_too_deep) {
    EXPECT_FALSE(parse_document(""));
    EXPECT_FALSE(parse_document("{"));
    EXPECT_FALSE(parse_document("{} {}"));
    EXPECT_FALSE(parse_document("\xff"));
    EXPECT_FALSE(parse_document("[NaN]"));
    EXPECT_FALSE(parse_document("[1e999]"));
    EXPECT_TRUE(parse_document(std::string(200, '[') + std::string(200, ']')));
    EXPECT_FALSE(parse_document(std::string(300, '[') + std::string(300, ']')));
}

std::string wide(std::size_t members) {
    std::string text = "[{";
    for (std::size_t i = 0; i < members; ++i) {
        text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":[1,2]";
    }
    return text + "}]";
}

TEST(json_document, refuses_objects_that_take_quadratic_time) {
    EXPECT_TRUE(parse_document(wide(4096)));
    EXPECT_FALSE(parse_document(wide(8001)));
    const std::string narrow = wide(300);
    std::string many = "[0";
    for (int i = 0; i < 200; ++i) {
        many += "," + narrow;
    }
    EXPECT_TRUE(parse_document(many + "]")); // long, but every object is quickly built
    std::string list = "[0";
    for (int i = 0; i < 20000; ++i) {
        list += ",{}";
    }
    EXPECT_TRUE(parse_document(list + "]"));
}

TEST(json_document, reads_members_of_any_value) {
    const auto value = *parse_document(R"({"a":"x","n":null,"i":1,"e":""})");
    EXPECT_EQ(text_of(value, "a"), "x");
    EXPECT_EQ(text_of(value, "i"), "");
    EXPECT_EQ(text_of(value["a"], "a"), "");
    EXPECT_EQ(member_of(value, "n"), nullptr);
    EXPECT_EQ(member_of(value, "zz"), nullptr);
    EXPECT_NE(member_of(value, "i"), nullptr);
    EXPECT_EQ(first_text_of(value, {"e", "i", "a"}), "x");
    EXPECT_EQ(first_text_of(value, {"e"}), "");
}

} // namespace json_document_test
} // namespace llm_proxy::providers
