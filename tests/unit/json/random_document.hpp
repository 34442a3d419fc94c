#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace llm_proxy::json {

/// Makes JSON texts with white space, escapes, duplicate and empty keys in all places, the same
/// ones for the same seed.
class random_document {
public:
    explicit random_document(unsigned seed) : engine_(seed) {}

    /// An index below `count`.
    std::size_t below(std::size_t count) { return engine_() % count; }

    /// One of a few names, so that duplicates are common.
    std::string_view name() {
        constexpr std::array<std::string_view, 6> names = {"a", "b",     "model",
                                                           "",  "n\n\"", "\u4e2d"};
        return names[below(names.size())];
    }

    std::string object(int depth = 3) {
        std::string text = space() + "{" + space();
        const std::size_t count = below(6);
        for (std::size_t i = 0; i < count; ++i)
            text += (i > 0 ? "," + space() : "") + key() + space() + ":" + space() + value(depth) +
                    space();
        return text + "}" + space();
    }

    /// The text of any value.
    std::string value(int depth = 2) {
        constexpr std::array<std::string_view, 14> scalars = {
            "null",
            "true",
            "false",
            "0",
            "-0",
            "12",
            "-3.25",
            "1e5",
            "2E-3",
            "1.5e+2",
            "\"\"",
            "\"x y\"",
            R"("\ud83d\ude00\\\/\t")",
            "\"\u00e9 a string of more than sixteen bytes\""};
        if (depth == 0 || below(3) != 0)
            return std::string(scalars[below(scalars.size())]);
        return below(2) == 0 ? object(depth - 1) : array(depth - 1);
    }

    /// The text with one byte changed, removed or doubled; it may still be JSON.
    std::string spoilt(std::string text) {
        constexpr std::string_view bytes = "{}[]\",:\\ \n0e.-+tux\x01\x80";
        const std::size_t at = below(text.size());
        switch (below(3)) {
        case 0:
            text[at] = bytes[below(bytes.size())];
            break;
        case 1:
            text.erase(at, 1);
            break;
        default:
            text.insert(at, 1, text[at]);
        }
        return text;
    }

private:
    std::string space() {
        constexpr std::array<std::string_view, 6> spaces = {"", "", "", " ", "\n\t", "\r\n  "};
        return std::string(spaces[below(spaces.size())]);
    }

    std::string key() {
        if (below(8) == 0)
            return R"("mod\u0065l")";
        return nlohmann::json(name()).dump(-1, ' ', below(2) == 0);
    }

    std::string array(int depth) {
        std::string text = "[" + space();
        const std::size_t count = below(4);
        for (std::size_t i = 0; i < count; ++i)
            text += (i > 0 ? "," + space() : "") + value(depth) + space();
        return text + "]";
    }

    std::mt19937 engine_;
};

} // namespace llm_proxy::json
