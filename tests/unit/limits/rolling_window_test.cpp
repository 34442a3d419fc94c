#include "llm_proxy/limits/rolling_window.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::limits {
namespace rolling_window_test {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::seconds(1'800'000'000)};

TEST(rolling_window, gives_back_exactly_a_minute_later) {
    rolling_window window(2, 60s);
    window.take(1, start);
    window.take(1, start + 10s);
    EXPECT_FALSE(window.fits(1, start + 60s - 1ns));
    EXPECT_TRUE(window.fits(1, start + 60s));
    EXPECT_FALSE(window.fits(2, start + 60s));
    EXPECT_TRUE(window.fits(2, start + 70s));
}

TEST(rolling_window, tells_when_there_is_room) {
    rolling_window window(100, 60s);
    window.take(60, start);
    window.take(30, start + 5s);
    EXPECT_EQ(window.free_at(10, start + 6s), start + 6s);
    EXPECT_EQ(window.free_at(70, start + 6s), start + 60s);
    EXPECT_EQ(window.free_at(71, start + 6s), start + 65s);
    EXPECT_EQ(window.free_at(101, start + 6s), time_point::max());
}

TEST(rolling_window, a_correction_belongs_to_its_moment) {
    rolling_window window(100, 60s);
    window.take(60, start);
    window.take(30, start + 5s);
    window.correct(start, -50);
    EXPECT_EQ(window.used(start + 6s), 40);
    EXPECT_EQ(window.used(start + 60s), 30);
    window.correct(start, -10);
    EXPECT_EQ(window.used(start + 60s), 30) << "that has come back already";
    window.correct(start + 5s, 100);
    EXPECT_EQ(window.used(start + 60s), 130);
    window.correct(start + 5s, -1000);
    EXPECT_EQ(window.used(start + 60s), 0) << "no more comes back than was taken";
}

TEST(rolling_window, goes_on_after_a_restart) {
    rolling_window before(3, 60s);
    before.take(1, start);
    before.take(2, start + 20s);
    rolling_window after(3, 60s);
    after.take(1, start + 30s);
    after.restore(before.takings(start + 21s));
    EXPECT_EQ(after.used(start + 30s), 4);
    EXPECT_EQ(after.used(start + 60s), 3);
    EXPECT_EQ(after.used(start + 80s), 1);
}

TEST(rolling_window, holds_with_more_takings_than_it_keeps) {
    constexpr std::int64_t many = 200'000;
    rolling_window window(many, 60s);
    for (std::int64_t i = 0; i < many; ++i) {
        window.take(1, start + std::chrono::microseconds(i));
    }
    EXPECT_FALSE(window.fits(1, start + 1s));
    EXPECT_LT(window.takings(start + 1s).size(), 70'000U);
    EXPECT_FALSE(window.fits(2, start + 60s)) << "none comes back too early";
    EXPECT_TRUE(window.fits(many, start + 60s + std::chrono::microseconds(many)));
}

} // namespace rolling_window_test
} // namespace llm_proxy::limits
