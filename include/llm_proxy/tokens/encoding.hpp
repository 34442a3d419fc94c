#pragma once

#include "llm_proxy/tokens/splitter.hpp"
#include "llm_proxy/tokens/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::tokens {

/// OpenAI's byte-pair encodings, with the ids that tiktoken 0.14 gives. Special tokens are plain
/// text, as LiteLLM counts them.
enum class encoding_name : std::uint8_t { cl100k_base, o200k_base };

/// How far a count is exact, in characters.
struct count_bounds {
    /// A text is cut after so many, which bounds the work for a piece of it.
    std::size_t cut = 1024;
    /// Of a longer text than this, sixteen samples are counted that are as long together. At least
    /// sixteen.
    std::size_t exact = 4'000'000;
};

/// Text as tokens. Immutable, so for any thread.
class encoding {
public:
    encoding(vocabulary words, const std::string& pattern);

    /// The encoding of that name. The first call unpacks it, in about 20 ms: not for an event loop.
    /// It is kept for good.
    static const encoding& get(encoding_name name);

    /// The ids of the whole text. Bytes that are no UTF-8 count as U+FFFD. Memory grows with the
    /// longest piece that has no white space.
    std::vector<token_id> encode(std::string_view text) const;

    /// The number of tokens, as LiteLLM counts them: up to one more for each cut than ids.
    std::size_t count(std::string_view text, const count_bounds& bounds = {}) const;

private:
    std::size_t count_cut(std::string_view text, std::size_t cut) const;

    vocabulary words_;
    splitter splitter_;
};

/// The encoding that counts for a model, by its name without the provider: o200k_base for OpenAI's
/// models since GPT-4o, cl100k_base for all others.
encoding_name encoding_for(std::string_view model);

} // namespace llm_proxy::tokens
