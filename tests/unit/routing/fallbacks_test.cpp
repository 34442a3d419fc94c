#include "llm_proxy/routing/fallbacks.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::routing {
namespace fallbacks_test {

class fallbacks : public testing::Test {
protected:
    static config::fallback_rules
    rules_for(std::initializer_list<std::pair<const char*, std::vector<std::string>>> rules) {
        config::fallback_rules out;
        for (const auto& [group, targets] : rules)
            out.push_back({group, targets, {}});
        return out;
    }

    /// The groups that are gone through if all fail.
    std::string way(std::string group, error_class kind = error_class::internal_server,
                    const request_fallbacks& request = {}) const {
        fallback_walk walk(router, request);
        std::string out;
        while (const auto next = walk.next({group, group, "openai"}, kind)) {
            out += out.empty() ? next->group : ' ' + next->group;
            for (const auto& member : next->members)
                out += '(' + member.name + '=' + member.json + ')';
            group = next->group;
        }
        return out;
    }

    config::router_settings router;
};

TEST_F(fallbacks, groups_are_tried_in_order) {
    router.failures.fallbacks = rules_for({{"a", {"b", "c"}}, {"x", {"y"}}});
    EXPECT_EQ(way("a"), "b c");
    EXPECT_EQ(way("x"), "y");
    EXPECT_EQ(way("b"), "");
}

TEST_F(fallbacks, a_fallbacks_own_come_first_and_none_twice) {
    router.failures.fallbacks =
        rules_for({{"a", {"b", "c"}}, {"b", {"d", "a"}}, {"d", {"b", "c"}}});
    EXPECT_EQ(way("a"), "b d c");
}

TEST_F(fallbacks, a_rule_may_name_the_group_without_its_provider) {
    router.failures.fallbacks = rules_for({{"m", {"b"}}, {"openai/n", {"c"}}, {"*", {"d"}}});
    EXPECT_EQ(way("openai/m"), "b d");
    EXPECT_EQ(way("n"), "c d");
    EXPECT_EQ(way("other/m"), "d");
}

TEST_F(fallbacks, a_rule_for_an_alias_wins_over_that_for_its_group) {
    router.failures.fallbacks = rules_for({{"*", {"z"}}, {"group", {"b"}}, {"alias", {"c"}}});
    const auto next = [&](std::string_view asked) {
        fallback_walk walk(router, {});
        return walk.next({asked, "group", "openai"}, error_class::internal_server)->group;
    };
    EXPECT_EQ(next("alias"), "c");
    EXPECT_EQ(next("other"), "b");
}

TEST_F(fallbacks, the_default_serves_groups_without_a_rule) {
    router.failures.fallbacks = rules_for({{"*", {"z"}}, {"a", {"b"}}});
    EXPECT_EQ(way("q"), "z");
    EXPECT_EQ(way("a"), "b z");
}

TEST_F(fallbacks, special_failures_have_their_own) {
    router.failures.fallbacks = rules_for({{"a", {"b"}}});
    EXPECT_EQ(way("a", error_class::context_window_exceeded), "b");
    router.failures.context_window_fallbacks = rules_for({{"a", {"long"}}});
    router.failures.content_policy_fallbacks = rules_for({{"a", {"free"}}});
    EXPECT_EQ(way("a", error_class::context_window_exceeded), "long");
    EXPECT_EQ(way("a", error_class::content_policy_violation), "free");
    EXPECT_EQ(way("a"), "b");
}

TEST_F(fallbacks, are_bounded) {
    router.failures.fallbacks = rules_for({{"a", {"b", "c", "d", "e", "f", "g", "h"}}});
    EXPECT_EQ(way("a"), "b c d e f");
    router.failures.max_fallbacks = 2;
    EXPECT_EQ(way("a"), "b c");
    router.failures.max_fallbacks = 0;
    EXPECT_EQ(way("a"), "");
}

TEST_F(fallbacks, a_request_names_its_own) {
    router.failures.fallbacks = rules_for({{"a", {"b"}}, {"x", {"y"}}});
    const auto internal = error_class::internal_server;
    EXPECT_EQ(way("a", internal, read_request_fallbacks(R"(["x","c"])", "", "", false)), "x c");
    EXPECT_EQ(
        way("a", internal,
            read_request_fallbacks(R"([{"model":"x","messages":[1],"n":2},"c"])", "", "", false)),
        "x(messages=[1])(n=2) c");
    EXPECT_EQ(way("a", internal, read_request_fallbacks(R"([{"a":["c"]}])", "", "", false)), "c");
    EXPECT_EQ(way("a", internal, read_request_fallbacks("[]", "", "", false)), "");
    EXPECT_EQ(way("a", internal, read_request_fallbacks("", "", "", true)), "");
    const auto special = read_request_fallbacks("", R"([{"a":["l"]}])", R"([{"a":["p"]}])", false);
    EXPECT_EQ(way("a", error_class::context_window_exceeded, special), "l");
    EXPECT_EQ(way("a", error_class::content_policy_violation, special), "p");
    EXPECT_EQ(way("a", internal, special), "b");
}

TEST_F(fallbacks, other_shapes_do_not_count) {
    for (const char* odd : {"5", "{}", R"("x")", "[1,null,[]]", R"([{"a":"b"}])", "null"}) {
        EXPECT_EQ(
            way("a", error_class::internal_server, read_request_fallbacks(odd, odd, odd, false)),
            "")
            << odd;
    }
}

TEST_F(fallbacks, the_same_group_with_other_members_is_another_try) {
    const auto asked = read_request_fallbacks(R"(["x",{"model":"x","n":1},"x"])", "", "", false);
    EXPECT_EQ(way("a", error_class::internal_server, asked), "x x(n=1)");
}

TEST_F(fallbacks, the_note_tells_what_was_tried) {
    fallback_walk none(router, {});
    EXPECT_FALSE(none.next({"a", "a", ""}, error_class::internal_server));
    EXPECT_EQ(
        fallback_note(none, "a", "why"),
        "\n\nLiteLLM: model group 'a' failed with the error above. No fallback was attempted.");
    router.failures.fallbacks = rules_for({{"x", {"y"}}, {"b", {"c"}}});
    fallback_walk others(router, {});
    EXPECT_FALSE(others.next({"a", "a", ""}, error_class::internal_server));
    EXPECT_EQ(
        fallback_note(others, "a", "why"),
        "\n\nLiteLLM: model group 'a' failed with the error above and no fallback model group "
        "was found for it, so the request was not retried on another model. Fallbacks are "
        "configured for: x, b. Add a fallbacks entry for that model group (Router fallbacks "
        "or proxy router_settings.fallbacks) to retry on another model.");
    fallback_walk unwanted(router, read_request_fallbacks("", "", "", true));
    EXPECT_FALSE(unwanted.next({"x", "x", ""}, error_class::internal_server));
    EXPECT_EQ(fallback_note(unwanted, "x", "why"), "");
    fallback_walk walk(router, read_request_fallbacks(R"(["m","n"])", "", "", false));
    while (walk.next({"a", "a", ""}, error_class::internal_server)) {
    }
    EXPECT_EQ(walk.count(), 2);
    EXPECT_EQ(fallback_note(walk, "a", "why"),
              "\n\nLiteLLM: model group 'a' failed with the error above. Fallback to m, n also "
              "failed: why");
}

} // namespace fallbacks_test
} // namespace llm_proxy::routing
