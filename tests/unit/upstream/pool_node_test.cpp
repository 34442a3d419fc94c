#include "llm_proxy/upstream/pool_node.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::upstream {
namespace pool_node_test {

using namespace std::chrono_literals;

const net::clock::time_point start{};

class pool_node_test : public ::testing::Test {
protected:
    void keep(int link, net::clock::duration at) {
        node.opened();
        displaced = node.keep(link, start + at);
    }

    pool_node<int> node{3, 2, 60s};
    std::optional<int> displaced;
};

TEST_F(pool_node_test, takes_the_connection_used_last) {
    keep(1, 0s);
    keep(2, 1s);
    const auto taken = node.take(start + 3s);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->link, 2);
    EXPECT_EQ(taken->idle, 2s);
    EXPECT_EQ(node.idle(), 1U);
    EXPECT_EQ(node.open(), 2U);
}

TEST_F(pool_node_test, keeps_no_more_than_allowed) {
    keep(1, 0s);
    keep(2, 1s);
    EXPECT_FALSE(displaced);
    keep(3, 2s);
    EXPECT_EQ(displaced, 1);
    EXPECT_EQ(node.idle(), 2U);
    EXPECT_EQ(node.open(), 2U);
}

TEST_F(pool_node_test, opens_no_more_than_allowed) {
    node.opened();
    node.opened();
    EXPECT_TRUE(node.may_open());
    node.opened();
    EXPECT_FALSE(node.may_open());
    node.closed();
    EXPECT_TRUE(node.may_open());
}

TEST_F(pool_node_test, expires_the_oldest_and_never_hands_them_out) {
    keep(1, 0s);
    keep(2, 10s);
    EXPECT_EQ(node.next_expiry(), start + 60s);
    EXPECT_TRUE(node.expire(start + 59s).empty());
    EXPECT_EQ(node.expire(start + 60s), std::vector<int>{1});
    EXPECT_EQ(node.open(), 1U);
    EXPECT_EQ(node.next_expiry(), start + 70s);
    EXPECT_FALSE(node.take(start + 70s));
    EXPECT_EQ(node.expire(start + 70s), std::vector<int>{2});
    EXPECT_FALSE(node.next_expiry());
    EXPECT_EQ(node.open(), 0U);
}

} // namespace pool_node_test
} // namespace llm_proxy::upstream
