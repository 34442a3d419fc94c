#include "llm_proxy/json/writer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::json {
namespace writer_test {

TEST(writer, escapes_what_a_string_may_not_hold) {
    EXPECT_EQ(quoted(""), R"("")");
    EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
    EXPECT_EQ(quoted("\xE4\xB8\xAD\xF0\x9F\x98\x80"), "\"\xE4\xB8\xAD\xF0\x9F\x98\x80\"");
}

TEST(writer, finds_the_one_special_byte_at_any_place) {
    for (std::size_t size = 1; size < 40; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (const char special : {'"', '\\', '\x01', '\n', '\x1f'}) {
                std::string text(size, '~');
                text[at] = special;
                ASSERT_EQ(nlohmann::json::parse(json::quoted(text)).get<std::string>(), text);
            }
}

TEST(writer, replaces_each_byte_that_is_no_utf8) {
    constexpr auto mark = "\xEF\xBF\xBD";
    EXPECT_EQ(quoted("a\xff\n"), std::string("\"a") + mark + "\\n\"");
    EXPECT_EQ(quoted("\xE4\xB8"), std::string("\"") + mark + mark + "\"");
    EXPECT_EQ(quoted("\xED\xA0\x80"), std::string("\"") + mark + mark + mark + "\"");
    EXPECT_EQ(quoted("\xE4\xB8\xAD\x80"), std::string("\"\xE4\xB8\xAD") + mark + "\"");
}

TEST(writer, puts_commas_only_behind_values) {
    std::string out = "{";
    append_key(out, "a");
    out += "1";
    append_key(out, "b\n");
    out += "{";
    append_key(out, "c");
    out += "null}";
    append_key(out, "d");
    out += "[{";
    append_key(out, "e");
    out += R"("x"},{)";
    append_key(out, "f");
    out += "true}]";
    append_key(out, "g");
    out += "1.5}";
    EXPECT_EQ(out, R"({"a":1,"b\n":{"c":null},"d":[{"e":"x"},{"f":true}],"g":1.5})");
}

} // namespace writer_test
} // namespace llm_proxy::json
