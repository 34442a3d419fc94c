#pragma once

#include "llm_proxy/http/head.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace llm_proxy::upstream {

/// What an exchange needs while it lasts: bytes read and the head that points into them.
class scratch {
public:
    static constexpr std::size_t usual_bytes = 8 * 1024;

    scratch() : bytes_(std::make_unique_for_overwrite<char[]>(usual_bytes)), size_(usual_bytes) {}

    std::span<char> bytes() { return std::span<char>(bytes_.get(), size_); }
    http::response_head& head() { return head_; }

    /// Makes it twice as large, up to `limit`, and keeps the first `used` bytes; false at the
    /// limit.
    bool grow(std::size_t used, std::size_t limit);

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
    http::response_head head_;
};

/// Scratches to use again, so that idle connections hold none and busy ones allocate none.
class scratch_shelf {
public:
    std::unique_ptr<scratch> take();
    void put_back(std::unique_ptr<scratch> used);

private:
    static constexpr std::size_t max_spare = 64;

    std::vector<std::unique_ptr<scratch>> spare_;
};

} // namespace llm_proxy::upstream
