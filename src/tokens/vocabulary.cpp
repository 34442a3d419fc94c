#include "llm_proxy/tokens/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace llm_proxy::tokens {

vocabulary::vocabulary(std::string packed) : packed_(std::move(packed)) {
    for (std::size_t at = 0; at < packed_.size();) {
        const std::size_t size = static_cast<unsigned char>(packed_[at]);
        if (at + 1 + size > packed_.size()) {
            break;
        }
        offsets_.push_back(static_cast<std::uint32_t>(at));
        longest_ = std::max(longest_, size);
        at += 1 + size;
    }
    offsets_.shrink_to_fit();
    slots_.assign(std::bit_ceil(offsets_.size() * 5 / 4 + 1), none);
    for (token_id id = 0; id < offsets_.size(); ++id) {
        slots_[slot_of(token(id))] = id;
    }
}

std::string_view vocabulary::token(token_id id) const {
    const std::size_t at = offsets_[id];
    return std::string_view(packed_).substr(at + 1, static_cast<unsigned char>(packed_[at]));
}

std::size_t vocabulary::slot_of(std::string_view bytes) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = std::hash<std::string_view>()(bytes) & mask;
    while (slots_[at] != none && token(slots_[at]) != bytes) {
        at = (at + 1) & mask;
    }
    return at;
}

token_id vocabulary::find(std::string_view bytes) const {
    return bytes.size() > longest_ ? none : slots_[slot_of(bytes)];
}

} // namespace llm_proxy::tokens
