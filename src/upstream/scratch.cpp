#include "llm_proxy/upstream/scratch.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::upstream {

bool scratch::grow(std::size_t used, std::size_t limit) {
    const std::size_t size = std::min(size_ * 2, limit);
    if (size <= size_) {
        return false;
    }
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    std::copy_n(bytes_.get(), used, larger.get());
    bytes_ = std::move(larger);
    size_ = size;
    return true;
}

std::unique_ptr<scratch> scratch_shelf::take() {
    if (spare_.empty()) {
        return std::make_unique<scratch>();
    }
    auto last = std::move(spare_.back());
    spare_.pop_back();
    return last;
}

void scratch_shelf::put_back(std::unique_ptr<scratch> used) {
    if (used && spare_.size() < max_spare && used->bytes().size() == scratch::usual_bytes) {
        spare_.push_back(std::move(used));
    }
}

} // namespace llm_proxy::upstream
