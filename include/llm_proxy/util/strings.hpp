#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy {

// Case and white space are ASCII's throughout: HTTP, YAML keys and model names need no more, and
// the result must not depend on the locale.

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text);

/// Equal without regard to case.
bool iequals(std::string_view a, std::string_view b);

/// Starts with `prefix` without regard to case.
bool starts_with_i(std::string_view text, std::string_view prefix);

/// Without spaces, tabs, CR, LF, FF and VT at both ends.
std::string_view trim(std::string_view text);

/// The parts between the separators, empty ones included: always one more than there are
/// separators. The views point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// How many insertions, deletions, substitutions and swaps of neighbours lead from `a` to `b`,
/// without regard to case. Costs time a × b: meant for names, not for texts.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that a mistyped `name` most likely stands for, for "did you mean": the nearest, at
/// most a third of the name's length away; the first of equals. The view points into `candidates`.
template <class Candidates>
std::optional<std::string_view> closest(std::string_view name, const Candidates& candidates) {
    std::optional<std::string_view> best;
    std::size_t limit = (name.size() + 1) / 3;
    for (const auto& candidate : candidates) {
        const std::string_view text = candidate;
        const std::size_t distance = edit_distance(name, text);
        if (distance > limit || (best && distance == limit))
            continue;
        best = text;
        limit = distance;
    }
    return best;
}

/// The number that the whole text is, in decimal; nothing if it is none or not finite.
std::optional<double> read_number(std::string_view text);
std::optional<std::int64_t> read_whole_number(std::string_view text);

/// Whether `text` holds one of `parts`.
bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts);

/// The bytes of all pieces of a text.
std::size_t total_size(std::span<const std::string_view> pieces);

} // namespace llm_proxy
