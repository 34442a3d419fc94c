#include "llm_proxy/model/catalogue.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::model {
namespace catalogue_test {

std::shared_ptr<const deployment> item(const std::string& group, const std::string& id,
                                       const std::string& upstream) {
    auto out = std::make_shared<deployment>();
    out->group = group;
    out->id = id;
    out->upstream_model = upstream;
    out->model_name = "openai/" + upstream;
    return out;
}

/// `group`, `group#id` where one deployment is meant, `group*part`; `none`.
std::string lookup(const catalogue& models, std::string_view name) {
    const auto found = models.find(name);
    if (!found)
        return "none";
    std::string out = found->group->name;
    if (found->only != nullptr)
        out += "#" + found->only->id;
    if (!found->wildcard_part.empty())
        out += " <- " + std::string(found->wildcard_part);
    return out;
}

TEST(catalogue, groups_deployments_in_file_order) {
    const catalogue models({item("a", "1", "x"), item("b", "2", "y"), item("a", "3", "z")}, {});
    ASSERT_EQ(models.groups().size(), 2);
    EXPECT_EQ(models.groups()[0].name, "a");
    ASSERT_EQ(models.groups()[0].deployments.size(), 2);
    EXPECT_EQ(models.groups()[0].deployments[0]->id, "1");
    EXPECT_EQ(models.groups()[0].deployments[1]->id, "3");
}

TEST(catalogue, finds_by_group_id_and_upstream_name) {
    const catalogue models({item("a", "1", "x"), item("a", "2", "y"), item("b", "3", "z")}, {});
    EXPECT_EQ(lookup(models, "a"), "a");
    EXPECT_EQ(lookup(models, "2"), "a#2");
    EXPECT_EQ(lookup(models, "openai/z"), "b");
    EXPECT_EQ(lookup(models, "A"), "none");
    EXPECT_EQ(lookup(models, "z"), "none");
    EXPECT_EQ(lookup(models, ""), "none");
}

TEST(catalogue, a_group_wins_over_an_id) {
    const catalogue models({item("a", "b", "x"), item("b", "2", "y")}, {});
    EXPECT_EQ(lookup(models, "b"), "b");
}

TEST(catalogue, aliases_lead_to_their_target) {
    const catalogue models(
        {item("a", "1", "x"), item("b", "2", "y")},
        {{"short", "a", false, {}}, {"b", "a", true, {}}, {"lost", "c", false, {}}});
    EXPECT_EQ(lookup(models, "short"), "a");
    EXPECT_EQ(lookup(models, "b"), "a");
    EXPECT_EQ(lookup(models, "lost"), "none");
}

TEST(catalogue, the_most_specific_wildcard_serves) {
    const catalogue models({item("*", "1", "*"), item("openai/*", "2", "*"),
                            item("openai/gpt-*", "3", "gpt-*"), item("*-mini", "4", "*-mini"),
                            item("openai/gpt-4", "5", "gpt-4")},
                           {});
    EXPECT_EQ(lookup(models, "openai/gpt-4"), "openai/gpt-4");
    EXPECT_EQ(lookup(models, "openai/gpt-5"), "openai/gpt-* <- 5");
    EXPECT_EQ(lookup(models, "openai/o3"), "openai/* <- o3");
    EXPECT_EQ(lookup(models, "phi-mini"), "*-mini <- phi");
    EXPECT_EQ(lookup(models, "anything"), "* <- anything");
}

TEST(catalogue, a_wildcard_needs_its_whole_fixed_text) {
    const catalogue models({item("ab*ba", "1", "*")}, {});
    EXPECT_EQ(lookup(models, "abxba"), "ab*ba <- x");
    EXPECT_EQ(lookup(models, "abba"), "ab*ba");
    EXPECT_EQ(lookup(models, "aba"), "none");
}

TEST(catalogue, the_wildcard_part_names_the_upstream_model) {
    EXPECT_EQ(resolve_upstream_model(*item("g-*", "1", "vendor/*:free"), "pro"), "vendor/pro:free");
    EXPECT_EQ(resolve_upstream_model(*item("g-*", "1", "fixed"), "pro"), "fixed");
    EXPECT_EQ(resolve_upstream_model(*item("g", "1", "as*is"), "pro"), "as*is");
}

TEST(catalogue, the_upstream_model_names_the_wildcard_part) {
    const auto name = [](const std::string& group, const std::string& upstream,
                         std::string_view model) {
        return public_name(*item(group, "1", upstream), model).value_or("none");
    };
    EXPECT_EQ(name("home/*", "*", "a/b"), "home/a/b");
    EXPECT_EQ(name("g-*", "vendor/*:free", "vendor/pro:free"), "g-pro");
    EXPECT_EQ(name("g-*", "vendor/*:free", "other/pro:free"), "none");
    EXPECT_EQ(name("g-*", "vendor/*:free", "vendor/:free"), "none");
    EXPECT_EQ(name("g-*", "fixed", "fixed"), "none");
    EXPECT_EQ(name("g", "*", "a"), "none");
}

} // namespace catalogue_test
} // namespace llm_proxy::model
