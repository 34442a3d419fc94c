#include "llm_proxy/util/percent.hpp"

#include <gtest/gtest.h>

namespace llm_proxy {
namespace percent_test {

TEST(percent_decode, resolves_escapes_of_either_case) {
    EXPECT_EQ(percent_decode(""), "");
    EXPECT_EQ(percent_decode("gpt-4o"), "gpt-4o");
    EXPECT_EQ(percent_decode("a%2Fb%2fc"), "a/b/c");
    EXPECT_EQ(percent_decode("%E4%B8%AD"), "\xE4\xB8\xAD");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode("%2525"), "%25");
    EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(percent_decode, refuses_bad_escapes) {
    for (const auto* text : {"%", "%2", "a%", "%zz", "%2g", "%g2", "%%41", "% 1", "%+1", "%-1"})
        EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(percent_encode, leaves_only_unreserved_characters) {
    EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
    EXPECT_EQ(percent_encode("a/b c?d#e%f+g"), "a%2Fb%20c%3Fd%23e%25f%2Bg");
    EXPECT_EQ(percent_encode("\xE4\xB8\xAD"), "%E4%B8%AD");
}

TEST(percent_encode, is_undone_by_decoding) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

} // namespace percent_test
} // namespace llm_proxy
