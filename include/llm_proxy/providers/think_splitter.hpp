#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// What a model wrote, taken apart.
struct split_text {
    std::string reasoning;
    std::string content;

    friend bool operator==(const split_text&, const split_text&) = default;
};

/// Takes the thoughts out of a text that begins with `<think>…</think>` (or `<thinking>`), however
/// the text is cut into pieces. A tag further on is content; a thought that is never closed is one
/// to its end.
class think_splitter {
public:
    /// Appends to `out` what is certain by now; the beginning of a possible tag is held back.
    void feed(std::string_view text, split_text& out);
    /// The text ended: appends what was held back.
    void finish(split_text& out);

private:
    enum class place : std::uint8_t { start, thought, answer };

    void look_for_opening(split_text& out);
    void look_for_closing(split_text& out);

    place place_ = place::start;
    std::string held_;
};

/// A whole text, taken apart.
split_text split_thought(std::string_view text);

} // namespace llm_proxy::providers
