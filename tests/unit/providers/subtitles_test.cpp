#include "llm_proxy/providers/subtitles.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::providers {
namespace subtitles_test {

std::string srt(const std::vector<timed_word>& words) {
    return subtitles(words, subtitle_format::srt);
}

TEST(subtitles, end_with_a_sentence_a_silence_or_a_speaker) {
    const std::vector<timed_word> words{{"Hello", 0, 0.5, "A"},   {"there.", 0.5, 1, "A"},
                                        {"How", 1, 1.2, "A"},     {"are", 2, 2.2, "A"},
                                        {"you?", 2.2, 2.5, "A"},  {"Fine", 2.5, 3, "A"},
                                        {"thanks", 3, 3.25, "B"}, {"", 9, 9, "B"}};
    EXPECT_EQ(srt(words), "1\n00:00:00,000 --> 00:00:01,000\nHello there.\n\n"
                          "2\n00:00:01,000 --> 00:00:01,200\nHow\n\n"
                          "3\n00:00:02,000 --> 00:00:02,500\nare you?\n\n"
                          "4\n00:00:02,500 --> 00:00:03,000\nFine\n\n"
                          "5\n00:00:03,000 --> 00:00:03,250\nthanks\n\n");
    EXPECT_EQ(subtitles({{"Hi", 3661.5, 3662.0, ""}}, subtitle_format::vtt),
              "WEBVTT\n\n01:01:01.500 --> 01:01:02.000\nHi\n\n");
    EXPECT_EQ(subtitles({}, subtitle_format::vtt), "WEBVTT\n\n");
    EXPECT_EQ(srt({}), "");
}

TEST(subtitles, are_neither_too_wide_nor_too_long) {
    const std::string wide(50, 'x');
    EXPECT_EQ(srt({{wide, 0, 1, ""}, {wide, 1, 2, ""}}).substr(0, 2), "1\n");
    EXPECT_NE(srt({{wide, 0, 1, ""}, {wide, 1, 2, ""}}).find("\n2\n"), std::string::npos);
    const std::string east = "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"; // 44 columns
    EXPECT_NE(srt({{east, 0, 1, ""}, {east, 1, 2, ""}}).find("\n2\n"), std::string::npos);
    EXPECT_NE(srt({{"a", 0, 1, ""}, {"b", 1.5, 7.5, ""}}).find("\n2\n"), std::string::npos);
}

TEST(subtitles, words_without_a_time_stand_with_their_neighbours) {
    EXPECT_EQ(srt({{"a", {}, {}, ""}, {"b", 1, {}, ""}, {"c", {}, {}, ""}}),
              "1\n00:00:01,000 --> 00:00:01,000\na b c\n\n");
    EXPECT_EQ(srt({{"a.", {}, {}, ""}}), "");
}

} // namespace subtitles_test
} // namespace llm_proxy::providers
