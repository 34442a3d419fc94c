#include "llm_proxy/tokens/encoding.hpp"

#include "tokens/tokens_test_support.hpp"
#include <thread>

namespace llm_proxy::tokens {
namespace encoding_test {

using ids = std::vector<token_id>;

const encoding& cl100k() {
    return encoding::get(encoding_name::cl100k_base);
}

const encoding& o200k() {
    return encoding::get(encoding_name::o200k_base);
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

TEST(encoding, has_the_ids_of_tiktoken) {
    const auto cases = token_fixture("texts.json");
    ASSERT_GE(cases.size(), 60U);
    for (const auto& one : cases) {
        const std::string text = one["text"];
        SCOPED_TRACE(one["text"].dump());
        EXPECT_EQ(cl100k().encode(text), one["cl100k_base"].get<ids>());
        EXPECT_EQ(o200k().encode(text), one["o200k_base"].get<ids>());
    }
}

TEST(encoding, counts_long_texts_as_litellm_does) {
    for (const auto& one : token_fixture("long.json")) {
        const std::string text = one["text"];
        SCOPED_TRACE(text.substr(0, 20));
        EXPECT_EQ(cl100k().count(text), one["cl100k_base"].get<std::size_t>());
        EXPECT_EQ(o200k().count(text), one["o200k_base"].get<std::size_t>());
        const count_bounds bounds{.exact = one["exact"].get<std::size_t>()};
        EXPECT_EQ(cl100k().count(text, bounds), one["cl100k_base_sampled"].get<std::size_t>());
        EXPECT_EQ(o200k().count(text, bounds), one["o200k_base_sampled"].get<std::size_t>());
    }
}

TEST(encoding, a_megabyte_without_a_break_is_one_piece_and_quick) {
    const std::string text(1'000'000, 'a');
    EXPECT_EQ(cl100k().encode(text), ids(125'000, cl100k().encode("aaaaaaaa").at(0)));
}

TEST(encoding, the_count_is_that_of_the_ids_for_a_short_text) {
    for (const auto& one : token_fixture("texts.json")) {
        const std::string text = one["text"];
        EXPECT_EQ(o200k().count(text), o200k().encode(text).size()) << one["text"].dump();
    }
}

TEST(encoding, what_is_no_utf_8_counts_as_the_replacement_character) {
    const std::string replacement = "\xEF\xBF\xBD";
    EXPECT_EQ(o200k().encode("a\xFF z"), o200k().encode("a" + replacement + " z"));
    EXPECT_EQ(cl100k().encode("\xED\xA0\x80"), cl100k().encode(repeated(replacement, 3)));
    EXPECT_EQ(cl100k().count("\xC3"), cl100k().count(replacement));
    EXPECT_GT(cl100k().count(repeated("\x80", 5000)), 0U);
}

TEST(encoding, the_model_s_name_chooses) {
    for (const auto& one : token_fixture("models.json")) {
        const std::string model = one["model"];
        const std::string text = one["text"];
        EXPECT_EQ(encoding::get(encoding_for(model)).count(text), one["count"].get<std::size_t>())
            << model;
    }
    EXPECT_EQ(encoding_for("gpt-oss-20b"), encoding_name::o200k_base);
    EXPECT_EQ(encoding_for("gpt-4-turbo"), encoding_name::cl100k_base);
    EXPECT_EQ(encoding_for("o10"), encoding_name::cl100k_base);
}

TEST(encoding, serves_several_threads_at_once) {
    std::vector<std::size_t> counts(4);
    std::vector<std::thread> threads;
    threads.reserve(counts.size());
    for (std::size_t& count : counts) {
        threads.emplace_back([&count] { count = o200k().count(repeated("some words ", 2000)); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(counts, std::vector<std::size_t>(4, counts[0]));
}

} // namespace encoding_test
} // namespace llm_proxy::tokens
