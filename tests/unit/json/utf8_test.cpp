#include "llm_proxy/json/utf8.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::json {
namespace utf8_test {

/// What a decoder that goes character by character says.
bool is_utf8_by_character(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

TEST(utf8, accepts_the_edges_of_every_length) {
    for (const auto* text :
         {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(utf8_length(text), std::string_view(text).size());
        EXPECT_TRUE(is_utf8(text));
    }
}

TEST(utf8, refuses_what_lies_beyond_them) {
    for (const auto* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
                             "\xe4\xb8", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                             "\xf4\x90\x80\x80", "\xf0\x9f\x98", "\xf5\x80\x80\x80", "\xff"}) {
        EXPECT_EQ(utf8_length(text), 0U);
        EXPECT_FALSE(is_utf8(text));
    }
    EXPECT_EQ(utf8_length(""), 0U);
    EXPECT_TRUE(is_utf8(""));
}

TEST(utf8, is_judged_alike_by_both_functions_for_every_start) {
    for (unsigned first = 0; first < 0x10000; ++first)
        for (const std::string_view tail : {"", "\x80", "\xbf\xbf", "a"}) {
            std::string text = {static_cast<char>(first >> 8U), static_cast<char>(first & 0xffU)};
            text += tail;
            ASSERT_EQ(is_utf8(text), is_utf8_by_character(text)) << first << " " << tail.size();
        }
}

TEST(utf8, appends_code_points_of_every_length) {
    std::string out;
    for (const char32_t point : {U'a', U'\u00e9', U'\u4e2d', U'\U0001f600', U'\U0010ffff'})
        append_utf8(out, point);
    EXPECT_EQ(out, "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf");
}

} // namespace utf8_test
} // namespace llm_proxy::json
