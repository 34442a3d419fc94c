#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::tokens {

/// A token's id, which for these vocabularies is its merge rank too: lower ones are merged first.
using token_id = std::uint32_t;

/// The tokens of a byte-pair encoding by their bytes. Immutable, so for any thread. Takes 1.8 MB
/// for cl100k_base's 100,256 tokens and 3.5 MB for o200k_base's 199,998.
class vocabulary {
public:
    static constexpr token_id none = std::numeric_limits<token_id>::max();

    /// `packed` lists the tokens by id, each as a byte with its length and its bytes.
    explicit vocabulary(std::string packed);

    /// The token made of just these bytes, or `none`.
    token_id find(std::string_view bytes) const;
    std::size_t size() const { return offsets_.size(); }

private:
    std::string_view token(token_id id) const;
    /// Where a token stands in `slots_`, or the free place that it would take.
    std::size_t slot_of(std::string_view bytes) const;

    std::string packed_;
    std::vector<std::uint32_t> offsets_; // by id
    std::vector<token_id> slots_;        // a hash table, a power of two long
    std::size_t longest_ = 0;
};

} // namespace llm_proxy::tokens
