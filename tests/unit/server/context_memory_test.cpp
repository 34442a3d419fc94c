#include "llm_proxy/server/context_memory.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::server {
namespace context_memory_test {

using std::chrono::seconds;

const net::clock::time_point start{seconds(1000)};

TEST(context_memory, holds_until_its_time) {
    context_memory memory;
    EXPECT_EQ(memory.find("a", start), std::nullopt);
    memory.put("a", "cachedContents/1", start + seconds(10));
    memory.put("b", "", start + seconds(5));
    EXPECT_EQ(memory.find("a", start + seconds(9)), "cachedContents/1");
    EXPECT_EQ(memory.find("b", start), ""); // known to be none
    EXPECT_EQ(memory.find("b", start + seconds(5)), std::nullopt);
    EXPECT_EQ(memory.find("a", start + seconds(10)), std::nullopt);
    EXPECT_EQ(memory.size(), 0);
}

TEST(context_memory, the_latest_word_counts) {
    context_memory memory;
    memory.put("a", "", start + seconds(60));
    memory.put("a", "cachedContents/1", start + seconds(300));
    EXPECT_EQ(memory.find("a", start + seconds(100)), "cachedContents/1");
    EXPECT_EQ(memory.size(), 1);
    memory.forget("a");
    memory.forget("never known");
    EXPECT_EQ(memory.find("a", start), std::nullopt);
}

TEST(context_memory, the_longest_unused_goes_first) {
    context_memory memory(2);
    memory.put("a", "1", start + seconds(1));
    memory.put("b", "2", start + seconds(1));
    EXPECT_EQ(memory.find("a", start), "1");
    memory.put("c", "3", start + seconds(1));
    EXPECT_EQ(memory.size(), 2);
    EXPECT_EQ(memory.find("a", start), "1");
    EXPECT_EQ(memory.find("b", start), std::nullopt);
    EXPECT_EQ(memory.find("c", start), "3");
}

} // namespace context_memory_test
} // namespace llm_proxy::server
