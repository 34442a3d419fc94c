#include "llm_proxy/limits/day_window.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::limits {
namespace day_window_test {

using namespace std::chrono_literals;

time_point utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::sys_days date{std::chrono::year(year) / std::chrono::month(month) /
                                     std::chrono::day(day)};
    return date + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

reset_rule rule(const char* text) {
    return reset_rule::parse(text).value();
}

TEST(reset_rule, is_midnight_utc_by_default) {
    EXPECT_EQ(reset_rule().next(utc(2026, 11, 25, 14)), utc(2026, 11, 26));
    EXPECT_EQ(reset_rule().next(utc(2026, 11, 25)), utc(2026, 11, 26)) << "a reset is in its day";
}

TEST(reset_rule, follows_its_zone_through_daylight_saving) {
    const reset_rule pacific = rule("00:00 America/Los_Angeles");
    EXPECT_EQ(pacific.next(utc(2026, 7, 1, 12)), utc(2026, 7, 2, 7));
    EXPECT_EQ(pacific.next(utc(2026, 12, 1, 12)), utc(2026, 12, 2, 8));
    EXPECT_EQ(pacific.next(utc(2026, 3, 8, 8)), utc(2026, 3, 9, 7)) << "a day of 23 hours";
    EXPECT_EQ(pacific.next(utc(2026, 11, 1, 7)), utc(2026, 11, 2, 8)) << "a day of 25 hours";
    EXPECT_EQ(pacific.next(utc(2026, 11, 1, 6, 59)), utc(2026, 11, 1, 7));
}

TEST(reset_rule, takes_a_time_that_a_day_skips_or_has_twice) {
    const reset_rule skipped = rule("02:30 America/Los_Angeles");
    EXPECT_EQ(skipped.next(utc(2026, 3, 8, 9)), utc(2026, 3, 8, 10));
    const reset_rule twice = rule("01:30 America/Los_Angeles");
    EXPECT_EQ(twice.next(utc(2026, 11, 1, 8)), utc(2026, 11, 1, 8, 30));
    EXPECT_EQ(twice.next(utc(2026, 11, 1, 8, 30)), utc(2026, 11, 2, 9, 30));
}

TEST(reset_rule, takes_other_hours_and_zones) {
    EXPECT_EQ(rule("00:00 Asia/Taipei").next(utc(2026, 11, 25, 15, 59)), utc(2026, 11, 25, 16));
    EXPECT_EQ(rule("08:30").next(utc(2026, 11, 25, 8, 30)), utc(2026, 11, 26, 8, 30));
    EXPECT_EQ(rule("08:30").text(), "08:30 UTC");
}

TEST(reset_rule, says_what_is_wrong) {
    for (const char* text : {"", "24:00", "1:00", "00-00", "00:60 UTC", "00:00x", "-1:00"}) {
        const auto parsed = reset_rule::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().message.find("hours and minutes"), std::string::npos);
    }
    const auto parsed = reset_rule::parse("00:00 America/Los_Angelos");
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().message.find("America/Los_Angelos"), std::string::npos);
}

TEST(day_window, counts_from_reset_to_reset) {
    day_window window(2, reset_rule());
    window.take(1, utc(2026, 11, 25, 10));
    window.take(1, utc(2026, 11, 25, 23, 59));
    EXPECT_FALSE(window.fits(1, utc(2026, 11, 25, 23, 59)));
    EXPECT_EQ(window.free_at(1, utc(2026, 11, 25, 23, 59)), utc(2026, 11, 26));
    EXPECT_EQ(window.free_at(3, utc(2026, 11, 25, 23, 59)), time_point::max());
    EXPECT_TRUE(window.fits(2, utc(2026, 11, 26)));
}

TEST(day_window, gives_back_only_within_the_day) {
    day_window window(5, reset_rule());
    window.take(3, utc(2026, 11, 25, 10));
    window.correct(utc(2026, 11, 25, 10), -1);
    EXPECT_EQ(window.used(utc(2026, 11, 25, 11)), 2);
    window.take(1, utc(2026, 11, 26, 1));
    window.correct(utc(2026, 11, 25, 10), -1);
    EXPECT_EQ(window.used(utc(2026, 11, 26, 2)), 1);
}

TEST(day_window, believes_the_provider) {
    day_window window(50, reset_rule());
    window.take(3, utc(2026, 11, 25, 10));
    window.raise_used(20, utc(2026, 11, 25, 10));
    window.raise_used(10, utc(2026, 11, 25, 11));
    EXPECT_EQ(window.used(utc(2026, 11, 25, 12)), 20);
    window.set_next_reset(utc(2026, 11, 25, 13), utc(2026, 11, 25, 12));
    EXPECT_EQ(window.used(utc(2026, 11, 25, 13)), 0);
    EXPECT_EQ(window.next_reset(utc(2026, 11, 25, 13)), utc(2026, 11, 26));
}

TEST(day_window, a_new_rule_can_only_end_the_day_sooner) {
    day_window window(50, reset_rule());
    window.take(3, utc(2026, 11, 25, 10));
    window.set_rule(rule("00:00 Asia/Taipei"));
    EXPECT_EQ(window.used(utc(2026, 11, 25, 15)), 3);
    EXPECT_EQ(window.used(utc(2026, 11, 25, 16)), 0);
}

TEST(day_window, goes_on_after_a_restart) {
    day_window window(50, reset_rule());
    window.restore(7, utc(2026, 11, 25), utc(2026, 11, 26));
    EXPECT_EQ(window.used(utc(2026, 11, 25, 23)), 7);
    EXPECT_EQ(window.used(utc(2026, 11, 26)), 0);
}

} // namespace day_window_test
} // namespace llm_proxy::limits
