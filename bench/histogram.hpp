#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace llm_proxy::bench {

/// Counts durations in buckets of at most 1/64 (1.6 %) of their value. No allocation.
class histogram {
public:
    void record(std::uint64_t nanoseconds) {
        ++counts_[bucket_of(nanoseconds)];
        ++total_;
    }

    std::uint64_t total() const { return total_; }

    /// The middle of the bucket below which `share` (0 to 1) of the durations lie, in
    /// microseconds; 0 if none was recorded.
    double microseconds_at(double share) const {
        const auto wanted = share * static_cast<double>(total_);
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            seen += counts_[bucket];
            if (seen > 0 && static_cast<double>(seen) >= wanted)
                return middle_of(bucket) / 1000.0;
        }
        return 0;
    }

private:
    // A value of more than 7 bits keeps its upper 7 (64 to 127) and counts the bits shifted out.
    static constexpr unsigned kept_bits = 7;
    static constexpr std::size_t half = 1U << (kept_bits - 1);

    static std::size_t bucket_of(std::uint64_t value) {
        const auto bits = static_cast<unsigned>(std::bit_width(value));
        const auto shift = bits > kept_bits ? bits - kept_bits : 0;
        return shift * half + static_cast<std::size_t>(value >> shift);
    }

    static double middle_of(std::size_t bucket) {
        if (bucket < 2 * half)
            return static_cast<double>(bucket);
        const auto shift = bucket / half - 1;
        const auto low = static_cast<std::uint64_t>(bucket - shift * half) << shift;
        return static_cast<double>(low) + static_cast<double>(1ULL << shift) / 2;
    }

    std::array<std::uint64_t, (64 - kept_bits + 2) * half> counts_{};
    std::uint64_t total_ = 0;
};

} // namespace llm_proxy::bench
