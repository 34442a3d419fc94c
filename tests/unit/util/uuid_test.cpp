#include "llm_proxy/util/uuid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace llm_proxy {
namespace uuid_test {

TEST(uuid4, has_the_form_of_a_random_uuid) {
    EXPECT_THAT(uuid4(), testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                               "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(uuid4, uses_all_four_variant_digits) {
    std::set<char> variants;
    for (int i = 0; i < 1000; ++i)
        variants.insert(uuid4()[19]);
    EXPECT_THAT(variants, testing::ElementsAre('8', '9', 'a', 'b'));
}

TEST(uuid4, shares_no_randomness_with_the_one_before) {
    int shared = 0;
    std::string before = uuid4();
    for (int i = 0; i < 100; ++i) {
        const std::string next = uuid4();
        for (const std::size_t at : {0U, 4U, 9U}) // 16 bits each
            shared += before.find(next.substr(at, 4)) != std::string::npos ? 1 : 0;
        before = next;
    }
    EXPECT_LT(shared, 10);
}

TEST(uuid4, never_repeats_within_and_across_threads) {
    constexpr int each = 1000; // several blocks of randomness
    std::vector<std::vector<std::string>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& ids : made)
            threads.emplace_back([&ids] {
                for (int i = 0; i < each; ++i)
                    ids.push_back(uuid4());
            });
    }
    std::set<std::string> distinct;
    for (const auto& ids : made)
        distinct.insert(ids.begin(), ids.end());
    EXPECT_EQ(distinct.size(), made.size() * each);
}

TEST(uuid4, comes_from_the_given_randomness) {
    fast_random first(3);
    fast_random second(3);
    const std::string id = uuid4(&first);
    EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                          "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_EQ(id, uuid4(&second));
    EXPECT_NE(id, uuid4(&second));
    EXPECT_NE(uuid4(nullptr), uuid4(nullptr));
}

} // namespace uuid_test
} // namespace llm_proxy
