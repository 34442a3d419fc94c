#include "llm_proxy/tokens/encoding.hpp"

#include "llm_proxy/json/utf8.hpp"
#include "llm_proxy/tokens/byte_pairs.hpp"
#include "llm_proxy/util/gunzip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <istream>
#include <utility>

// Put there by cmake/EmbedFile.cmake.
extern "C" {
extern const char llm_proxy_cl100k_base_begin;
extern const char llm_proxy_cl100k_base_end;
extern const char llm_proxy_o200k_base_begin;
extern const char llm_proxy_o200k_base_end;
}

namespace llm_proxy::tokens {

namespace {

constexpr std::size_t samples = 16;

// The patterns say what tiktoken_ext/openai_public.py says. White space is spelled out because
// PCRE2's `\s` has U+180E too, and `$` is `\z` because PCRE2's also matches before a last newline.
#define WHITE                                                                                      \
    R"(\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})"

constexpr const char* cl100k_pattern =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\p{L}\p{N})" WHITE
    R"(]++[\r\n]*+|[)" WHITE R"(]++\z|[)" WHITE R"(]*[\r\n]|[)" WHITE R"(]+(?![^)" WHITE
    R"(])|[)" WHITE "]";

constexpr const char* o200k_pattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\p{L}\p{N})" WHITE R"(]+[\r\n/]*|[)" WHITE
    R"(]*[\r\n]+|[)" WHITE R"(]+(?![^)" WHITE R"(])|[)" WHITE "]+";

#undef WHITE

vocabulary unpack(const char& begin, const char& end) {
    gunzip_buffer buffer({&begin, static_cast<std::size_t>(&end - &begin)});
    std::istream stream(&buffer);
    std::string packed;
    for (std::array<char, 16384> piece{};
         stream.read(piece.data(), piece.size()), stream.gcount() > 0;) {
        packed.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    }
    packed.shrink_to_fit();
    return vocabulary(std::move(packed));
}

std::string as_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = json::utf8_length(text);
        out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Goes on from `at`, the start of a character of `text`, by as many characters.
std::size_t skip(std::string_view text, std::size_t at, std::size_t characters) {
    while (at < text.size() && characters > 0) {
        ++at;
        while (at < text.size() && !begins_character(text[at])) {
            ++at;
        }
        --characters;
    }
    return at;
}

} // namespace

encoding::encoding(vocabulary words, const std::string& pattern)
    : words_(std::move(words)), splitter_(pattern) {}

const encoding& encoding::get(encoding_name name) {
    if (name == encoding_name::o200k_base) {
        static const encoding o200k(unpack(llm_proxy_o200k_base_begin, llm_proxy_o200k_base_end),
                                    o200k_pattern);
        return o200k;
    }
    static const encoding cl100k(unpack(llm_proxy_cl100k_base_begin, llm_proxy_cl100k_base_end),
                                 cl100k_pattern);
    return cl100k;
}

std::vector<token_id> encoding::encode(std::string_view text) const {
    std::string repaired;
    if (!json::is_utf8(text)) {
        repaired = as_utf8(text);
        text = repaired;
    }
    std::vector<token_id> out;
    byte_pairs pairs(words_);
    splitter::walk pieces(splitter_, text);
    for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
        pairs.encode(piece, out);
    }
    return out;
}

std::size_t encoding::count(std::string_view text, const count_bounds& bounds) const {
    std::string repaired;
    if (!json::is_utf8(text)) {
        repaired = as_utf8(text);
        text = repaired;
    }
    const auto characters =
        static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
    if (characters <= bounds.exact) {
        return count_cut(text, bounds.cut);
    }
    const std::size_t sample = bounds.exact / samples;
    std::size_t counted = 0;
    std::size_t place = 0; // of a sample, in characters and in bytes
    std::size_t at = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t begin = (characters - sample) * i / (samples - 1);
        at = skip(text, at, begin - place);
        place = begin;
        counted += count_cut(text.substr(at, skip(text, at, sample) - at), bounds.cut);
    }
    const double scaled = static_cast<double>(counted) * static_cast<double>(characters);
    return static_cast<std::size_t>(std::llrint(scaled / static_cast<double>(sample * samples)));
}

std::size_t encoding::count_cut(std::string_view text, std::size_t cut) const {
    std::size_t sum = 0;
    std::vector<token_id> ids;
    byte_pairs pairs(words_);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = skip(text, at, cut);
        splitter::walk pieces(splitter_, text.substr(at, end - at));
        ids.clear();
        for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
            pairs.encode(piece, ids);
        }
        sum += ids.size();
        at = end;
    }
    return sum;
}

encoding_name encoding_for(std::string_view model) {
    // tiktoken's model.py, as far as its encoding is o200k_base or has the same tokens.
    constexpr std::array<std::string_view, 3> names{"o1", "o3", "gpt-4.1"};
    constexpr std::array<std::string_view, 10> heads{
        "o1-",      "o3-",    "o4-mini",  "gpt-5",     "gpt-4.5-",
        "gpt-4.1-", "gpt-4o", "gpt-oss-", "ft:gpt-4o", "chatgpt-4o-"};
    const bool known = std::ranges::find(names, model) != names.end() ||
                       std::ranges::any_of(heads, [model](std::string_view head) {
                           return model.starts_with(head);
                       });
    return known ? encoding_name::o200k_base : encoding_name::cl100k_base;
}

} // namespace llm_proxy::tokens
