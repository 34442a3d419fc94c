#pragma once

#include "llm_proxy/tokens/vocabulary.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace llm_proxy::tokens {

/// Cuts a piece of text into tokens by merging its bytes, the pair of the lowest rank first and the
/// leftmost of equals. Takes n log n steps for n bytes. Used by one thread.
class byte_pairs {
public:
    explicit byte_pairs(const vocabulary& from) : vocabulary_(from) {}

    /// Appends the tokens of `piece`, of less than 4 GiB. A byte that is no token itself, which
    /// OpenAI's vocabularies do not have, is left out.
    void encode(std::string_view piece, std::vector<token_id>& out);

private:
    /// A part of the piece: the bytes from its own index up to `end`.
    struct part {
        std::uint32_t end;
        std::uint32_t previous;
        token_id merged; // with the part after it
    };
    /// A possible merge; of no worth any more if the part's `merged` is another.
    struct candidate {
        token_id rank;
        std::uint32_t begin;
    };

    void split(std::string_view piece);
    void rank(std::string_view piece, std::uint32_t begin);
    void merge(std::string_view piece, std::uint32_t begin);

    const vocabulary& vocabulary_;
    std::vector<part> parts_;
    std::vector<candidate> heap_; // the lowest rank in front
};

} // namespace llm_proxy::tokens
