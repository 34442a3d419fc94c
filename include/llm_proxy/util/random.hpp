#pragma once

#include <cstdint>

namespace llm_proxy {

/// Randomness as an argument, so that tests are exact. Not for secrets.
class random_source {
public:
    virtual ~random_source() = default;
    /// Uniform in [0, 1).
    virtual double unit() = 0;
};

/// xorshift64*: a small fast generator, seeded once.
class fast_random final : public random_source {
public:
    explicit fast_random(std::uint64_t seed) : state_(seed | 1) {}

    double unit() override {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<double>((state_ * 0x2545F4914F6CDD1DULL) >> 11) * 0x1.0p-53;
    }

private:
    std::uint64_t state_;
};

} // namespace llm_proxy
