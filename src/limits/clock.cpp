#include "llm_proxy/limits/clock.hpp"

#include <atomic>

namespace llm_proxy::limits {

time_point now() {
    using std::chrono::nanoseconds;
    static std::atomic<nanoseconds::rep> offset{0};
    // Small differences are the two clocks' drift: to follow each would cost a store for each call.
    constexpr nanoseconds::rep small = 1'000'000'000;
    const nanoseconds::rep steady =
        nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    const nanoseconds::rep wall =
        nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    nanoseconds::rep known = offset.load(std::memory_order_relaxed);
    while (wall - steady > known + small) {
        if (offset.compare_exchange_weak(known, wall - steady, std::memory_order_relaxed)) {
            known = wall - steady;
        }
    }
    return time_point(
        std::chrono::duration_cast<time_point::duration>(nanoseconds(steady + known)));
}

} // namespace llm_proxy::limits
