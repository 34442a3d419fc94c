#include "llm_proxy/config/yaml_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"
#include <sstream>

namespace llm_proxy::config {
namespace yaml_document_test {

using testing::HasSubstr;

const auto file = std::make_shared<const std::string>("config.yaml");

/// The document as Python's `json.dumps` would write it, or the problems.
std::string parsed(std::string_view text) {
    problems found;
    const auto root = parse_yaml(text, file, found);
    return root ? python_json(*root) : text_of(found);
}

// The table was made with PyYAML 6.
TEST(yaml_document, types_plain_scalars_as_pyyaml) {
    std::istringstream table(fixture("config/scalars.txt"));
    std::string line;
    int lines = 0;
    while (std::getline(table, line)) {
        const std::size_t tab = line.find('\t');
        const std::string text = line.substr(0, tab);
        EXPECT_EQ(parsed("k: " + text), "{\"k\": " + line.substr(tab + 1) + "}") << text;
        ++lines;
    }
    EXPECT_GT(lines, 90);
}

class document : public testing::TestWithParam<const char*> {};

// The expectations were made with PyYAML 6, keys turned into text.
TEST_P(document, is_read_as_by_pyyaml) {
    const std::string name = std::string("config/") + GetParam();
    std::string expected = fixture(name + ".json");
    ASSERT_FALSE(expected.empty());
    expected.pop_back();
    EXPECT_EQ(parsed(fixture(name + ".yaml")), expected);
}

INSTANTIATE_TEST_SUITE_P(yaml_document, document,
                         testing::Values("merge", "keys", "tags", "blocks", "aliases",
                                         "nested_merge"),
                         [](const auto& one) { return std::string(one.param); });

TEST(yaml_document, keeps_the_place_of_keys_and_values) {
    problems found;
    const auto root = parse_yaml("a: 1\nlist:\n  - {key: [x, yy]}\n", file, found);
    ASSERT_TRUE(root);
    const value& item = std::get<list>(root->find("list")->data)[0];
    const map_entry& entry = std::get<map>(item.data)[0];
    EXPECT_EQ(*entry.key_where.file, "config.yaml");
    EXPECT_EQ(entry.key_where.line, 3);
    EXPECT_EQ(entry.key_where.column, 6);
    const value& last = std::get<list>(entry.item.data)[1];
    EXPECT_EQ(last.where.line, 3);
    EXPECT_EQ(last.where.column, 15);
}

TEST(yaml_document, warns_of_a_key_given_twice_and_takes_the_last) {
    problems found;
    const auto root = parse_yaml("a: 1\nb: 2\na: 3\n", file, found);
    ASSERT_TRUE(root);
    EXPECT_EQ(python_json(*root), R"({"a": 3, "b": 2})");
    EXPECT_EQ(text_of(found),
              "config.yaml:3:1: warning: a: the key is given twice; the last one counts\n");
}

TEST(yaml_document, tells_where_the_syntax_is_broken) {
    problems found;
    EXPECT_FALSE(parse_yaml("a: 1\nb: [1, 2\nc: 3\n", file, found));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].fatal);
    EXPECT_THAT(to_string(found[0]), HasSubstr("config.yaml:3:"));
    EXPECT_THAT(parsed("a:\n\tb: 1\n"), HasSubstr("never with tabs"));
    EXPECT_THAT(parsed("a: \"x\ty\"\nb: [1\n"), testing::Not(HasSubstr("tabs")));
}

TEST(yaml_document, refuses_what_pyyaml_refuses) {
    EXPECT_THAT(parsed("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
    EXPECT_THAT(parsed("a: !!int x\n"), HasSubstr("does not fit its tag"));
    EXPECT_THAT(parsed("a: !!python/object:os.system x\n"), HasSubstr("does not fit its tag"));
    EXPECT_THAT(parsed("a: !thing {b: c}\n"), HasSubstr("is not known"));
    EXPECT_THAT(parsed("a: &x [*x]\n"), HasSubstr("inside its own anchor"));
    EXPECT_THAT(parsed("[1]: a\n"), HasSubstr("a key must be a plain value"));
    EXPECT_THAT(parsed("<<: 7\n"), HasSubstr("takes a mapping"));
    EXPECT_THAT(parsed("a: \xff\n"), HasSubstr("not UTF-8"));
}

TEST(yaml_document, bounds_depth_and_expanded_aliases) {
    EXPECT_THAT(parsed(std::string(150, '[') + std::string(150, ']')),
                HasSubstr("deeper than 100"));
    EXPECT_THAT(parsed(std::string(20'000, '[')), HasSubstr("not valid YAML"));
    std::string bomb = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int j = 0; j < 8; ++j)
            bomb += "," + last;
        bomb += "]\n";
    }
    EXPECT_THAT(parsed(bomb), HasSubstr("aliases expanded"));
}

TEST(yaml_document, reads_an_empty_text_as_null) {
    EXPECT_EQ(parsed(""), "null");
    EXPECT_EQ(parsed("# nothing\n"), "null");
    EXPECT_EQ(parsed("\xEF\xBB\xBF"
                     "a: 1\n"),
              R"({"a": 1})");
}

} // namespace yaml_document_test
} // namespace llm_proxy::config
