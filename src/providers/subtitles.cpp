#include "llm_proxy/providers/subtitles.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t most_columns = 84;
constexpr double longest = 7.0;
constexpr double silence = 0.7;

/// Characters of UTF-8; those from U+3000 on, East Asia's above all, take two columns.
std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80) {
            count += byte >= 0xe3 ? 2 : 1;
        }
    }
    return count;
}

bool ends_sentence(std::string_view word) {
    constexpr std::array<std::string_view, 10> marks{".",  "!", "?", "。", "！",
                                                     "？", "؟", "۔", "।",  "॥"};
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return word.ends_with(mark); });
}

/// One subtitle as it grows.
struct cue {
    std::string text;
    std::optional<double> start;
    std::optional<double> end;
    std::string_view speaker;

    bool takes(const timed_word& word) const {
        const bool other = !word.speaker.empty() && !speaker.empty() && word.speaker != speaker;
        const bool paused = word.start && end && *word.start - *end >= silence;
        const auto word_end = word.end ? word.end : word.start;
        const bool too_long = word_end && start && *word_end - *start > longest;
        return !other && !paused && !too_long &&
               columns(text) + 1 + columns(word.text) <= most_columns;
    }

    void add(const timed_word& word) {
        text.append(text.empty() ? "" : " ").append(word.text);
        start = start ? start : word.start;
        end = word.end ? word.end : (end ? end : word.start);
        speaker = speaker.empty() ? word.speaker : speaker;
    }
};

std::vector<cue> cues_of(const std::vector<timed_word>& words) {
    std::vector<cue> out;
    bool begin = true;
    for (timed_word word : words) {
        word.text = trim(word.text);
        if (word.text.empty()) {
            continue;
        }
        if (begin || !out.back().takes(word)) {
            out.emplace_back();
        }
        out.back().add(word);
        begin = ends_sentence(word.text);
    }
    std::erase_if(out, [](const cue& one) { return !one.start; });
    return out;
}

std::string clock(double seconds, char point) {
    constexpr double most = 99 * 3600.0;
    const auto all =
        static_cast<std::uint32_t>(std::llround(std::clamp(seconds, 0.0, most) * 1000));
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%02u:%02u:%02u%c%03u", all / 3'600'000,
                      all / 60'000 % 60, all / 1000 % 60, point, all % 1000);
    return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::string subtitles(const std::vector<timed_word>& words, subtitle_format format) {
    const bool vtt = format == subtitle_format::vtt;
    std::string out = vtt ? "WEBVTT\n\n" : "";
    std::size_t number = 0;
    for (const cue& one : cues_of(words)) {
        if (!vtt) {
            out += std::to_string(++number) + "\n";
        }
        const char point = vtt ? '.' : ',';
        out += clock(*one.start, point) + " --> " + clock(one.end.value_or(*one.start), point) +
               "\n" + one.text + "\n\n";
    }
    return out;
}

} // namespace llm_proxy::providers
