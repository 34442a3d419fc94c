#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// A word of a transcript and when it was said, in seconds.
struct timed_word {
    std::string_view text;
    std::optional<double> start;
    std::optional<double> end;
    std::string_view speaker; // empty: not known
};

enum class subtitle_format { srt, vtt };

/// The words as subtitles: SubRip or WebVTT (w3.org/TR/webvtt1). As with LiteLLM a subtitle ends
/// with a sentence, a change of speaker or a silence of 0.7 s, and before it grows beyond 84
/// columns or 7 s. Words without a time stand with their neighbours.
std::string subtitles(const std::vector<timed_word>& words, subtitle_format format);

} // namespace llm_proxy::providers
