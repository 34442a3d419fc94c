#include "llm_proxy/upstream/inflater.hpp"

#include <gtest/gtest.h>

#include "support/compress.hpp"

namespace llm_proxy::upstream {
namespace inflater_test {

using test::compress;

/// Feeds pieces of `step` bytes.
std::string inflate_all(inflater& from, std::string_view coded, std::size_t step) {
    std::string plain;
    for (std::size_t at = 0; at < coded.size() && !from.bad(); at += step) {
        from.feed(coded.substr(at, step));
        while (!from.drained()) {
            plain.append(from.next());
        }
    }
    return plain;
}

std::string sample() {
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
        text += std::to_string(i * 7919);
    }
    return text;
}

TEST(inflater_test, knows_the_codings) {
    EXPECT_EQ(content_coding_of("gzip"), content_coding::gzip);
    EXPECT_EQ(content_coding_of(" X-GZip "), content_coding::gzip);
    EXPECT_EQ(content_coding_of("deflate"), content_coding::deflate);
    EXPECT_EQ(content_coding_of(""), content_coding::identity);
    EXPECT_EQ(content_coding_of("br"), content_coding::identity);
    EXPECT_EQ(content_coding_of("gzip, br"), content_coding::identity);
}

TEST(inflater_test, does_not_depend_on_the_cuts) {
    const std::string text = sample();
    for (const int window : {test::gzip, test::zlib, test::raw}) {
        const std::string coded = compress(text, window);
        for (const std::size_t step : {std::size_t{1}, std::size_t{17}, coded.size()}) {
            inflater from(window == test::gzip ? content_coding::gzip : content_coding::deflate);
            EXPECT_EQ(inflate_all(from, coded, step), text) << window << " by " << step;
            EXPECT_FALSE(from.bad());
            EXPECT_TRUE(from.finished());
        }
    }
}

TEST(inflater_test, reads_gzip_members_in_a_row_and_ignores_what_follows) {
    const std::string coded = compress("one ", test::gzip) + compress("two", test::gzip);
    for (const std::size_t step : {std::size_t{1}, coded.size() + 3}) {
        inflater from(content_coding::gzip);
        EXPECT_EQ(inflate_all(from, coded + std::string(3, '\0'), step), "one two");
        EXPECT_TRUE(from.finished());
        EXPECT_FALSE(from.bad());
    }
}

TEST(inflater_test, gives_a_bomb_out_in_small_pieces) {
    const std::string bomb = compress(std::string(50 * 1024 * 1024, 'x'), test::gzip);
    inflater from(content_coding::gzip);
    from.feed(bomb);
    std::size_t total = 0;
    while (!from.drained()) {
        const auto piece = from.next();
        ASSERT_LE(piece.size(), 64U * 1024U);
        total += piece.size();
    }
    EXPECT_EQ(total, 50U * 1024U * 1024U);
}

TEST(inflater_test, tells_broken_and_cut_data) {
    inflater broken(content_coding::gzip);
    inflate_all(broken, "this is not gzip", 16);
    EXPECT_TRUE(broken.bad());

    const std::string coded = compress("some text", test::gzip);
    inflater cut(content_coding::gzip);
    inflate_all(cut, std::string_view(coded).substr(0, coded.size() - 4), 100);
    EXPECT_FALSE(cut.bad());
    EXPECT_FALSE(cut.finished());

    inflater nothing(content_coding::gzip);
    EXPECT_TRUE(nothing.finished());
}

} // namespace inflater_test
} // namespace llm_proxy::upstream
