#include "llm_proxy/tokens/byte_pairs.hpp"

#include <algorithm>

namespace llm_proxy::tokens {

namespace {

/// Orders a heap so that the merge to make next is in front.
constexpr auto is_later = [](const auto& one, const auto& other) {
    return one.rank != other.rank ? one.rank > other.rank : one.begin > other.begin;
};

} // namespace

void byte_pairs::encode(std::string_view piece, std::vector<token_id>& out) {
    if (const token_id whole = vocabulary_.find(piece); whole != vocabulary::none) {
        out.push_back(whole);
        return;
    }
    split(piece);
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end(), is_later);
        const candidate next = heap_.back();
        heap_.pop_back();
        if (parts_[next.begin].merged == next.rank) {
            merge(piece, next.begin);
        }
    }
    for (std::size_t at = 0; at < piece.size(); at = parts_[at].end) {
        const token_id id = vocabulary_.find(piece.substr(at, parts_[at].end - at));
        if (id != vocabulary::none) {
            out.push_back(id);
        }
    }
}

/// Makes every byte a part.
void byte_pairs::split(std::string_view piece) {
    const auto size = static_cast<std::uint32_t>(piece.size());
    parts_.clear();
    heap_.clear();
    for (std::uint32_t at = 0; at < size; ++at) {
        parts_.push_back({at + 1, at == 0 ? 0 : at - 1, vocabulary::none});
    }
    for (std::uint32_t at = 0; at < size; ++at) {
        rank(piece, at);
    }
}

/// Finds out what the part at `begin` and the next one make together.
void byte_pairs::rank(std::string_view piece, std::uint32_t begin) {
    part& first = parts_[begin];
    first.merged = vocabulary::none;
    if (first.end < piece.size()) {
        first.merged = vocabulary_.find(piece.substr(begin, parts_[first.end].end - begin));
    }
    if (first.merged != vocabulary::none) {
        heap_.push_back({first.merged, begin});
        std::push_heap(heap_.begin(), heap_.end(), is_later);
    }
}

void byte_pairs::merge(std::string_view piece, std::uint32_t begin) {
    part& first = parts_[begin];
    part& second = parts_[first.end];
    second.merged = vocabulary::none;
    first.end = second.end;
    if (first.end < piece.size()) {
        parts_[first.end].previous = begin;
    }
    rank(piece, begin);
    if (begin > 0) {
        rank(piece, first.previous);
    }
}

} // namespace llm_proxy::tokens
