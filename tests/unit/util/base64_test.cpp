#include "llm_proxy/util/base64.hpp"

#include <gtest/gtest.h>

namespace llm_proxy {
namespace base64_test {

struct vector_case {
    std::string_view bytes, text;
};

// RFC 4648, section 10.
constexpr vector_case vectors[] = {{"", ""},
                                   {"f", "Zg=="},
                                   {"fo", "Zm8="},
                                   {"foo", "Zm9v"},
                                   {"foob", "Zm9vYg=="},
                                   {"fooba", "Zm9vYmE="},
                                   {"foobar", "Zm9vYmFy"}};

TEST(base64, matches_the_vectors_of_its_standard) {
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
        EXPECT_EQ(base64url_decode(text), bytes);
        const auto bare = text.substr(0, text.find('='));
        EXPECT_EQ(base64url_encode(bytes), bare);
        EXPECT_EQ(base64url_decode(bare), bytes);
    }
}

TEST(base64, returns_every_byte_unchanged) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const std::string part = all.substr(all.size() - size);
        EXPECT_EQ(base64_decode(base64_encode(part)), part);
        EXPECT_EQ(base64url_decode(base64url_encode(part)), part);
    }
}

TEST(base64, keeps_the_alphabets_apart) {
    EXPECT_EQ(base64_encode("\xfb\xef\xff"), "++//");
    EXPECT_EQ(base64url_encode("\xfb\xef\xff"), "--__");
    EXPECT_FALSE(base64_decode("--__"));
    EXPECT_FALSE(base64url_decode("++//"));
}

TEST(base64, refuses_wrong_texts) {
    for (const auto* text : {"Zg", "Zg=", "Zm9v=", "Zm9vY", "Z===", "====", "=", "Zm 9", "Zm9v\n",
                             "Zg==Zg==", "Zh==", "Zm9=", "Z\xc3\xa9g"})
        EXPECT_FALSE(base64_decode(text)) << text;
    for (const auto* text : {"Z", "Zm9vY", "Zg=", "Zh", "Zm9v====", "Z==="})
        EXPECT_FALSE(base64url_decode(text)) << text;
}

} // namespace base64_test
} // namespace llm_proxy
