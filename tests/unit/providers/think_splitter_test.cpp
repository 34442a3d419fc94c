#include "llm_proxy/providers/think_splitter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llm_proxy::providers {
namespace think_splitter_test {

struct row {
    std::string text;
    split_text expected;
};

const std::vector<row> rows{
    {"<think>why</think>because", {"why", "because"}},
    {"<thinking>why</thinking>because", {"why", "because"}},
    {"\n <think>\nwhy\n</think>\n\nbecause", {"\nwhy\n", "\n\nbecause"}},
    {"<think></think>x", {"", "x"}},
    {"<think>a < b </thin </ </thinks> c</think>d<think>e</think>",
     {"a < b </thin </ </thinks> c", "d<think>e</think>"}},
    {"<think>never closed </thin", {"never closed </thin", ""}},
    {"plain", {"", "plain"}},
    {"", {"", ""}},
    {" \n", {"", " \n"}},
    {"<thin", {"", "<thin"}},
    {"<thinkers>", {"", "<thinkers>"}},
    {"say <think>no</think>", {"", "say <think>no</think>"}},
    {"</think>x", {"", "</think>x"}},
    {"<think>é</think>ü", {"é", "ü"}},
    {std::string(100, ' ') + "<think>x</think>", {"", std::string(100, ' ') + "<think>x</think>"}},
};

TEST(think_splitter, takes_a_leading_thought_out) {
    for (const row& one : rows)
        EXPECT_EQ(split_thought(one.text), one.expected) << one.text;
}

TEST(think_splitter, every_cut_into_three_gives_the_same) {
    for (const row& one : rows) {
        const std::string_view text = one.text;
        for (std::size_t first = 0; first <= text.size(); ++first) {
            for (std::size_t second = first; second <= text.size(); ++second) {
                think_splitter splitter;
                split_text out;
                splitter.feed(text.substr(0, first), out);
                splitter.feed(text.substr(first, second - first), out);
                splitter.feed(text.substr(second), out);
                splitter.finish(out);
                ASSERT_EQ(out, one.expected) << one.text << " at " << first << ", " << second;
            }
        }
    }
}

TEST(think_splitter, character_by_character_gives_the_same) {
    for (const row& one : rows) {
        think_splitter splitter;
        split_text out;
        for (const char c : one.text)
            splitter.feed(std::string_view(&c, 1), out);
        splitter.finish(out);
        EXPECT_EQ(out, one.expected) << one.text;
    }
}

TEST(think_splitter, holds_back_no_more_than_a_possible_tag) {
    think_splitter splitter;
    split_text out;
    splitter.feed("<think>why </th", out);
    EXPECT_EQ(out, (split_text{"why ", ""}));
    splitter.feed("en", out);
    EXPECT_EQ(out, (split_text{"why </then", ""}));
    splitter.feed("</think>b", out);
    EXPECT_EQ(out, (split_text{"why </then", "b"}));
}

TEST(think_splitter, an_answer_is_not_held_back) {
    think_splitter splitter;
    split_text out;
    splitter.feed("<b", out);
    EXPECT_EQ(out, (split_text{"", "<b"}));
    splitter.feed("<think", out);
    EXPECT_EQ(out, (split_text{"", "<b<think"}));
}

} // namespace think_splitter_test
} // namespace llm_proxy::providers
