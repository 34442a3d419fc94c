#include "llm_proxy/limits/waiting_line.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace llm_proxy::limits {
namespace waiting_line_test {

class waiting_line_test : public testing::Test {
protected:
    std::unique_ptr<waiting_line::ticket> join(int priority, int name) {
        return line->join(priority, [this, name] { woken.push_back(name); });
    }

    waiting_lines lines;
    std::shared_ptr<waiting_line> line = lines.of("group");
    std::vector<int> woken;
};

TEST_F(waiting_line_test, the_first_to_come_is_first) {
    auto one = join(0, 1);
    auto two = join(0, 2);
    EXPECT_TRUE(one->first());
    EXPECT_FALSE(two->first());
    EXPECT_EQ(two->before(), 1U);
    one.reset();
    EXPECT_EQ(woken, std::vector{2});
    EXPECT_TRUE(two->first());
}

TEST_F(waiting_line_test, a_lower_number_goes_before) {
    auto one = join(5, 1);
    auto two = join(1, 2);
    EXPECT_TRUE(two->first());
    EXPECT_FALSE(one->first());
    EXPECT_TRUE(line->is_before(1));
    EXPECT_FALSE(line->is_before(0));
}

TEST_F(waiting_line_test, who_leaves_the_middle_wakes_nobody) {
    auto one = join(0, 1);
    auto two = join(0, 2);
    auto three = join(0, 3);
    two.reset();
    EXPECT_TRUE(woken.empty());
    EXPECT_EQ(three->before(), 1U);
}

TEST_F(waiting_line_test, is_bounded) {
    std::vector<std::unique_ptr<waiting_line::ticket>> all;
    for (std::size_t i = 0; i < waiting_lines::longest; ++i) {
        all.push_back(join(0, 0));
    }
    EXPECT_EQ(join(0, 1), nullptr);
    all.pop_back();
    EXPECT_NE(join(0, 1), nullptr);
}

TEST_F(waiting_line_test, knows_whether_anybody_waits) {
    EXPECT_FALSE(lines.any_waiting());
    auto one = lines.of("other")->join(0, [] {});
    EXPECT_TRUE(lines.any_waiting());
    EXPECT_FALSE(line->is_before(0));
    one.reset();
    EXPECT_FALSE(lines.any_waiting());
}

TEST_F(waiting_line_test, may_be_used_by_many_threads) {
    std::vector<std::thread> threads;
    std::atomic<int> served{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 500; ++round) {
                const auto mine = lines.of("busy")->join(round % 3, [] {});
                served += mine != nullptr ? 1 : 0;
            }
        });
    }
    for (std::thread& one : threads) {
        one.join();
    }
    EXPECT_EQ(served, 2000);
    EXPECT_FALSE(lines.any_waiting());
}

} // namespace waiting_line_test
} // namespace llm_proxy::limits
