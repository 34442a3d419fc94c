#include "llm_proxy/limits/quota.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

namespace llm_proxy::limits {
namespace quota_test {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::seconds(1'800'000'000)};

limit_table table(std::optional<std::int64_t> rpm, std::optional<std::int64_t> tpm = {},
                  std::optional<std::int64_t> rpd = {}, std::optional<std::int64_t> tpd = {},
                  std::optional<std::int64_t> parallel = {}) {
    return {rpm, tpm, rpd, tpd, parallel};
}

TEST(quota, lets_everything_through_without_limits) {
    quota free(table({}), reset_rule());
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(free.take(1'000'000, start));
    }
}

TEST(quota, takes_from_all_windows_or_none) {
    quota limited(table(10, 100, 50), reset_rule());
    EXPECT_FALSE(limited.take(60, start));
    const auto refused = limited.take(60, start + 1s);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::tpm);
    EXPECT_EQ(refused->limit, 100);
    EXPECT_EQ(refused->free_at, start + 60s);
    const auto now = limited.standings(start + 1s);
    EXPECT_EQ(now[0].used, 1);
    EXPECT_EQ(now[1].used, 60);
    EXPECT_EQ(now[2].used, 1);
}

TEST(quota, names_what_is_in_the_way_the_longest) {
    quota limited(table(1, {}, 1), reset_rule());
    EXPECT_FALSE(limited.take(1, start));
    const auto refused = limited.take(1, start + 1s);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::rpd);
    EXPECT_EQ(refused->free_at, reset_rule().next(start));
}

TEST(quota, one_request_above_a_limit_on_tokens_waits_for_an_empty_window) {
    quota limited(table({}, 100), reset_rule());
    EXPECT_FALSE(limited.take(1, start));
    const auto refused = limited.take(500, start + 1s);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->free_at, start + 60s);
    EXPECT_FALSE(limited.take(500, start + 60s));
}

TEST(quota, gives_back_what_never_left) {
    quota limited(table(1, 10, 1, 10), reset_rule());
    EXPECT_FALSE(limited.take(10, start));
    limited.give_back({start, 10});
    limited.finish();
    EXPECT_FALSE(limited.take(10, start + 1s));
}

TEST(quota, settles_with_what_was_used) {
    quota limited(table({}, 100, {}, 1000), reset_rule());
    EXPECT_FALSE(limited.take(90, start));
    EXPECT_TRUE(limited.check(20, start + 1s));
    limited.settle({start, 90}, 30);
    EXPECT_FALSE(limited.check(70, start + 1s));
    limited.settle({start, 30}, 300);
    EXPECT_TRUE(limited.check(1, start + 1s));
    EXPECT_EQ(limited.standings(start + 1s)[3].used, 300);
}

TEST(quota, holds_requests_at_a_time) {
    quota limited(table({}, {}, {}, {}, 1), reset_rule());
    EXPECT_FALSE(limited.take(1, start));
    const auto refused = limited.take(1, start);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::parallel);
    EXPECT_EQ(refused->free_at, time_point::max());
    limited.finish();
    EXPECT_FALSE(limited.take(1, start));
}

TEST(quota, the_lower_of_configured_and_learned_holds) {
    quota limited(table(10), reset_rule());
    limited.learn(kind::rpm, 2, start);
    limited.learn(kind::rpd, 0, start);
    EXPECT_EQ(limited.limit_of(kind::rpm), 2);
    const auto refused = limited.check(1, start);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::rpd);
    EXPECT_EQ(refused->free_at, time_point::max()) << "a limit of 0 is never";
    limited.learn(kind::tpm, 0, start);
    limited.learn(kind::rpd, 5, start);
    EXPECT_TRUE(limited.check(0, start)) << "also of tokens";
}

TEST(quota, rests_as_long_as_the_provider_said) {
    quota limited(table({}), reset_rule());
    limited.rest(kind::rpd, start + 1h);
    limited.rest(kind::rpm, start + 1min);
    const auto refused = limited.take(1, start);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::rpd);
    EXPECT_EQ(refused->free_at, start + 1h);
    EXPECT_FALSE(limited.take(1, start + 1h));
}

TEST(quota, counts_go_on_under_other_limits) {
    quota limited(table(5), reset_rule());
    EXPECT_FALSE(limited.take(1, start));
    limited.configure(table(1), reset_rule());
    EXPECT_TRUE(limited.take(1, start + 1s));
    limited.configure(table(2), reset_rule());
    EXPECT_FALSE(limited.take(1, start + 1s));
}

/// What was let through, kept as a plain list: the truth that a quota is held against.
struct grant {
    time_point when;
    std::int64_t tokens = 0;
};

class schedule {
public:
    /// Many begin shortly before a day's end.
    explicit schedule(std::uint64_t seed)
        : random_(seed), limits_(draw_limits()),
          now_(reset_rule().next(start) - std::chrono::seconds(pick(1, 600))) {}

    void run() {
        quota tested(limits_, reset_rule());
        for (int i = 0; i < 60 && !testing::Test::HasFailure(); ++i) {
            now_ += std::chrono::milliseconds(pick(0, 8000));
            const std::int64_t what = pick(0, 19);
            if (what == 0) { // a restart
                auto kept = tested.save(now_);
                tested = quota(limits_, reset_rule());
                tested.restore(std::move(kept));
            } else if (what == 1) { // a reload
                limits_ = draw_limits();
                tested.configure(limits_, reset_rule());
            } else if (what == 2 && !grants_.empty()) {
                tested.give_back({grants_.back().when, grants_.back().tokens});
                grants_.pop_back();
            } else if (what == 3 && !grants_.empty()) {
                const std::int64_t real = pick(0, 80);
                tested.settle({grants_.back().when, grants_.back().tokens}, real);
                grants_.back().tokens = real;
            } else {
                ask(tested);
            }
        }
    }

private:
    std::int64_t pick(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    std::optional<std::int64_t> maybe(std::int64_t low, std::int64_t high) {
        return pick(0, 2) == 0 ? std::nullopt : std::optional(pick(low, high));
    }

    limit_table draw_limits() {
        limit_table out;
        out[0] = maybe(1, 12);
        out[1] = maybe(50, 400);
        out[2] = maybe(5, 40);
        out[3] = maybe(200, 2000);
        return out;
    }

    /// Requests and tokens of the grants after `since`.
    std::pair<std::int64_t, std::int64_t> sums(time_point since) const {
        std::pair<std::int64_t, std::int64_t> out;
        for (const grant& one : grants_) {
            if (one.when > since) {
                out.first += 1;
                out.second += one.tokens;
            }
        }
        return out;
    }

    bool has_place(std::int64_t tokens) const {
        const auto minute = sums(now_ - 60s);
        const time_point midnight = std::chrono::floor<std::chrono::days>(now_);
        const auto day = sums(midnight - 1ns);
        const auto fits = [](std::int64_t used, std::int64_t wanted,
                             const std::optional<std::int64_t>& limit) {
            return !limit || used + std::max<std::int64_t>(1, std::min(wanted, *limit)) <= *limit;
        };
        return fits(minute.first, 1, limits_[0]) && fits(minute.second, tokens, limits_[1]) &&
               fits(day.first, 1, limits_[2]) && fits(day.second, tokens, limits_[3]);
    }

    void ask(quota& tested) {
        // A moment of its own for each grant, so that it can be told from the others.
        now_ += 1ns;
        const std::int64_t tokens = pick(1, 100);
        const bool free = has_place(tokens);
        const auto refused = tested.take(tokens, now_);
        ASSERT_EQ(!refused, free);
        if (!refused) {
            grants_.push_back({now_, tokens});
            return;
        }
        if (refused->free_at != time_point::max()) {
            expect_free_from(refused->free_at, tokens, tested);
        }
    }

    void expect_free_from(time_point moment, std::int64_t tokens, quota tested) {
        const time_point then = now_;
        now_ = moment - 1ns;
        EXPECT_FALSE(has_place(tokens)) << "it was free sooner than told";
        EXPECT_TRUE(tested.check(tokens, now_));
        now_ = moment;
        EXPECT_TRUE(has_place(tokens)) << "it was not free when told";
        EXPECT_FALSE(tested.check(tokens, now_));
        now_ = then;
    }

    std::mt19937_64 random_; // first: the others are drawn from it
    limit_table limits_;
    time_point now_;
    std::vector<grant> grants_;
};

TEST(quota, holds_in_random_schedules_and_refuses_no_free_place) {
    for (std::uint64_t seed = 0; seed < 10'000 && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        schedule(seed).run();
    }
}

} // namespace quota_test
} // namespace llm_proxy::limits
