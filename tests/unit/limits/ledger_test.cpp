#include "llm_proxy/limits/ledger.hpp"
#include "llm_proxy/limits/shared_quota.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace llm_proxy::limits {
namespace ledger_test {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::seconds(1'800'000'000)};

class ledger_test : public testing::Test {
protected:
    ledger_test() { std::filesystem::remove(path_); }
    ~ledger_test() override { std::filesystem::remove(path_); }

    std::unique_ptr<ledger> open() {
        auto opened = ledger::open(path_);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }

    static std::shared_ptr<shared_quota> limited(ledger& from, time_point now, std::int64_t rpm = 3,
                                                 std::int64_t rpd = 5) {
        auto out = std::make_shared<shared_quota>("d", from.find("d", now), now);
        limit_table table;
        table[static_cast<std::size_t>(kind::rpm)] = rpm;
        table[static_cast<std::size_t>(kind::rpd)] = rpd;
        table[static_cast<std::size_t>(kind::tpm)] = 1000;
        out->configure(table, reset_rule());
        return out;
    }

    /// A request that goes out.
    static bool call(shared_quota& at, time_point now, std::int64_t tokens = 0) {
        reservation held;
        const bool taken = !at.take(tokens, now, held);
        held.reached();
        return taken;
    }

    const std::string path_ = testing::TempDir() + "quota_ledger_test";
};

TEST_F(ledger_test, keeps_a_minute_and_a_day_through_another_life) {
    {
        const auto kept = open();
        const auto quota = limited(*kept, start);
        EXPECT_TRUE(call(*quota, start, 600));
        EXPECT_TRUE(call(*quota, start + 5s, 100));
    }
    const auto kept = open();
    const auto quota = limited(*kept, start + 10s);
    EXPECT_EQ(quota->standings(start + 10s)[0].used, 2);
    EXPECT_TRUE(call(*quota, start + 10s, 300));
    auto refused = quota->check(1, start + 11s);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->which, kind::rpm);
    EXPECT_EQ(refused->free_at, start + 60s) << "the first one's moment is kept";
    EXPECT_EQ(quota->standings(start + 11s)[2].used, 3);
}

TEST_F(ledger_test, a_killed_process_loses_nothing) {
    const auto kept = open();
    const auto quota = limited(*kept, start, 100, 5);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(call(*quota, start));
    }
    // What another process would read if this one were gone now: nothing was closed or flushed.
    std::ifstream file(path_, std::ios::binary);
    std::vector<char> bytes(32 + sizeof(ledger_entry));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ledger_entry read;
    std::memcpy(&read, bytes.data() + 32, sizeof(read));
    EXPECT_EQ(read.requests_today, 5);
    EXPECT_EQ(read.second_of(start).requests, 5);
}

TEST_F(ledger_test, keeps_what_was_given_back_and_settled) {
    {
        const auto kept = open();
        const auto quota = limited(*kept, start);
        reservation held;
        EXPECT_FALSE(quota->take(500, start, held));
        held.release(); // it never went out
        EXPECT_FALSE(quota->take(500, start, held));
        held.reached();
        held.settle(20, 10);
    }
    const auto kept = open();
    const auto quota = limited(*kept, start + 1s);
    EXPECT_EQ(quota->standings(start + 1s)[0].used, 1);
    EXPECT_EQ(quota->standings(start + 1s)[1].used, 20);
    EXPECT_EQ(quota->standings(start + 1s)[2].used, 1);
}

TEST_F(ledger_test, keeps_what_was_learned) {
    {
        const auto kept = open();
        const auto quota = limited(*kept, start);
        lesson told;
        told.which = kind::rpd;
        told.limit = 0;
        told.rest_until = start + 1h;
        EXPECT_TRUE(quota->learn(told, start)) << "the configured limit is above it";
        EXPECT_FALSE(quota->learn(told, start)) << "once";
    }
    const auto kept = open();
    const auto quota = limited(*kept, start + 1s);
    EXPECT_EQ(quota->standings(start + 1s)[2].learned, 0);
    const auto rests = quota->resting(start + 1s);
    ASSERT_TRUE(rests);
    EXPECT_EQ(rests->free_at, start + 1h);
    EXPECT_FALSE(quota->check(1, start + 25h)) << "after a day it is tried again";
}

TEST_F(ledger_test, is_used_by_one_process_at_a_time) {
    const auto kept = open();
    EXPECT_FALSE(ledger::open(path_));
}

TEST_F(ledger_test, another_format_begins_anew) {
    {
        std::ofstream(path_) << std::string(100'000, 'x');
    }
    const auto kept = open();
    ledger_entry* entry = kept->find("d", start);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->requests_today, 0);
}

TEST_F(ledger_test, entries_that_rested_for_days_are_used_again) {
    const auto kept = open();
    for (std::size_t i = 0; i < ledger::entries; ++i) {
        ASSERT_NE(kept->find(std::to_string(i), start), nullptr);
    }
    EXPECT_EQ(kept->find("one more", start), nullptr);
    kept->find("7", start)->add(start + 47h, 1, 0);
    ledger_entry* reused = kept->find("one more", start + 49h);
    ASSERT_NE(reused, nullptr);
    EXPECT_NE(reused, kept->find("7", start + 49h));
    EXPECT_EQ(reused->requests_today, 0);
}

} // namespace ledger_test
} // namespace llm_proxy::limits
