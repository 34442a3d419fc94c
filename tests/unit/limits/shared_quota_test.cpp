#include "llm_proxy/limits/quota_book.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace llm_proxy::limits {
namespace shared_quota_test {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::seconds(1'800'000'000)};

limit_table table(kind which, std::int64_t limit) {
    limit_table out;
    out[static_cast<std::size_t>(which)] = limit;
    return out;
}

class shared_quota_test : public testing::Test {
protected:
    quota_book book;
    std::shared_ptr<shared_quota> quota = book.open("d", "d", start);
};

TEST_F(shared_quota_test, a_request_that_never_went_out_gives_its_place_back) {
    quota->configure(table(kind::rpm, 1), reset_rule());
    {
        reservation held;
        EXPECT_FALSE(quota->take(0, start, held));
        EXPECT_TRUE(quota->check(0, start));
    }
    reservation held;
    EXPECT_FALSE(quota->take(0, start, held));
    held.reached();
    held.release();
    EXPECT_TRUE(quota->check(0, start + 59s));
    EXPECT_FALSE(quota->check(0, start + 60s));
}

TEST_F(shared_quota_test, tells_who_waits_when_a_request_ends) {
    quota->configure(table(kind::parallel, 1), reset_rule());
    int told = 0;
    auto listener = std::make_shared<const std::function<void()>>([&told] { ++told; });
    quota->subscribe(listener);
    reservation held;
    EXPECT_FALSE(quota->take(0, start, held));
    held.reached();
    EXPECT_EQ(told, 0);
    held.release();
    EXPECT_EQ(told, 1);
    quota->configure(table(kind::parallel, 2), reset_rule());
    EXPECT_EQ(told, 2);
    listener.reset();
    quota->configure(table(kind::parallel, 3), reset_rule());
    EXPECT_EQ(told, 2);
}

TEST_F(shared_quota_test, reserves_what_answers_usually_take) {
    quota->configure(table(kind::tpm, 1'000'000), reset_rule());
    EXPECT_EQ(quota->estimate(std::string(400, 'x'), 50), 150);
    const auto before = quota->estimate("", std::nullopt);
    reservation held;
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(quota->take(1, start, held));
        held.reached();
        held.settle(2000, 1000);
    }
    EXPECT_GT(quota->estimate("", std::nullopt), before);
    EXPECT_NEAR(static_cast<double>(quota->estimate("", std::nullopt)), 1000, 10);
}

TEST_F(shared_quota_test, a_day_that_is_over_rests_to_its_reset) {
    quota->configure(table(kind::rpd, 100), *reset_rule::parse("00:00 UTC"));
    lesson told;
    told.which = kind::rpd;
    told.day_is_over = true;
    quota->learn(told, start);
    const auto refused = quota->check(0, start);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->free_at, std::chrono::ceil<std::chrono::days>(start));
}

TEST_F(shared_quota_test, is_one_for_each_identity) {
    EXPECT_EQ(book.open("d", "d", start), quota);
    EXPECT_NE(book.open("e", "e", start), quota);
}

TEST_F(shared_quota_test, holds_among_many_threads) {
    quota->configure(table(kind::rpm, 100), reset_rule());
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 100; ++round) {
                reservation held;
                if (!quota->take(0, start, held)) {
                    held.reached();
                    ++taken;
                }
            }
        });
    }
    for (std::thread& one : threads) {
        one.join();
    }
    EXPECT_EQ(taken, 100);
}

} // namespace shared_quota_test
} // namespace llm_proxy::limits
