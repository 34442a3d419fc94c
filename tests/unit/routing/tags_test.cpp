#include "llm_proxy/routing/tags.hpp"

#include <gtest/gtest.h>

#include "routing/routing_test_support.hpp"

namespace llm_proxy::routing {
namespace tags_test {

using test::test_group;

/// The deployments that serve a request with these tags.
std::string served(test_group& group, std::vector<std::string> tags) {
    group.tags = std::move(tags);
    group.rules.enable_tag_filtering = true;
    std::string out;
    group.excluded.clear();
    for (std::string id = group.choose(); id != "-"; id = group.choose()) {
        out += id;
        group.excluded.push_back(group.deployments[std::stoul(id)].get());
    }
    return out;
}

TEST(tags, a_request_is_served_by_what_shares_a_tag) {
    test_group group(4);
    group[0].routing.tags = {"a"};
    group[1].routing.tags = {"a", "b"};
    group[2].routing.tags = {"c"};
    EXPECT_EQ(served(group, {"a"}), "01");
    EXPECT_EQ(served(group, {"b", "c"}), "12");
    group.rules.tag_filtering_match_any = false;
    EXPECT_EQ(served(group, {"a", "b"}), "1");
    EXPECT_EQ(served(group, {"a", "c"}), "");
}

TEST(tags, without_tags_the_default_ones_serve_or_all) {
    test_group group(3);
    group[0].routing.tags = {"a"};
    EXPECT_EQ(served(group, {}), "012");
    group[1].routing.tags = {"default"};
    EXPECT_EQ(served(group, {}), "1");
}

TEST(tags, what_the_group_does_not_know_is_for_the_default_ones) {
    test_group group(2);
    group[0].routing.tags = {"a"};
    EXPECT_EQ(served(group, {"z"}), "");
    group[1].routing.tags = {"default"};
    EXPECT_EQ(served(group, {"z"}), "1");
    EXPECT_EQ(served(group, {"a"}), "0");
}

TEST(tags, may_be_demanded_or_excluded) {
    test_group group(3);
    group[0].routing.tags = {"a", "eu"};
    group[1].routing.tags = {"a"};
    EXPECT_EQ(served(group, {"a", "&eu"}), "0");
    EXPECT_EQ(served(group, {"a", "!eu"}), "1");
    EXPECT_EQ(served(group, {"!eu"}), "12");
}

TEST(tags, nothing_is_filtered_unless_it_is_enabled) {
    test_group group(2);
    group.tags = {"z"};
    EXPECT_EQ(group.choose(0.99), "1");
}

} // namespace tags_test
} // namespace llm_proxy::routing
