#include "llm_proxy/json/scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/random_document.hpp"
#include <tuple>

namespace llm_proxy::json {
namespace scan_test {

std::vector<member> members_of(std::string_view text) {
    std::vector<member> members;
    EXPECT_TRUE(scan(text, members)) << text;
    return members;
}

std::string_view name_of(std::string_view text, const member& item) {
    return text.substr(item.key_begin, item.key_end - item.key_begin);
}

std::optional<scan_error> failure_of(std::string_view text, const scan_limits& limits = {}) {
    std::vector<member> members;
    const auto root = scan(text, members, limits);
    EXPECT_TRUE(root || members.empty()) << text;
    if (root)
        return std::nullopt;
    return root.error();
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
        text += open;
    text += '1';
    for (std::size_t i = 0; i < depth; ++i)
        text += close;
    return text;
}

TEST(scan, tells_the_kind_of_the_root) {
    const std::vector<std::pair<std::string_view, kind>> roots = {
        {"null", kind::null},        {" true ", kind::boolean}, {"false", kind::boolean},
        {"-0.5e+10", kind::number},  {"0", kind::number},       {"\"\"", kind::string},
        {"\t[\r\n]\n", kind::array}, {"{ }", kind::object}};
    for (const auto& [text, expected] : roots) {
        std::vector<member> members;
        const auto root = scan(text, members);
        ASSERT_TRUE(root) << text;
        EXPECT_EQ(*root, expected) << text;
        EXPECT_TRUE(members.empty()) << text;
    }
}

TEST(scan, lists_the_direct_members_with_their_spans) {
    constexpr std::string_view text =
        " {\"model\" : \"gpt\" ,\n\"n\":-1.5e3,\"s\":true,\"o\":{\"model\":[1,{}]},\"a\":[ ],"
        "\"z\" : null } ";
    std::vector<std::tuple<std::string_view, std::string_view, kind>> seen;
    const auto members = members_of(text);
    for (const member& item : members)
        seen.emplace_back(name_of(text, item), value_of(text, item), item.type);
    EXPECT_THAT(seen, testing::ElementsAre(std::tuple("model", "\"gpt\"", kind::string),
                                           std::tuple("n", "-1.5e3", kind::number),
                                           std::tuple("s", "true", kind::boolean),
                                           std::tuple("o", "{\"model\":[1,{}]}", kind::object),
                                           std::tuple("a", "[ ]", kind::array),
                                           std::tuple("z", "null", kind::null)));
}

TEST(scan, lists_the_elements_of_an_array_without_keys) {
    constexpr std::string_view text = R"([1, "two" ,[3,[4]], {"five":5}])";
    std::vector<std::string_view> values;
    const auto members = members_of(text);
    for (const member& item : members) {
        EXPECT_EQ(name_of(text, item), "");
        values.push_back(value_of(text, item));
    }
    EXPECT_THAT(values, testing::ElementsAre("1", "\"two\"", "[3,[4]]", "{\"five\":5}"));
}

TEST(scan, appends_to_what_is_there_and_takes_back_only_its_own) {
    std::vector<member> members(2);
    ASSERT_TRUE(scan(R"({"a":1})", members));
    EXPECT_EQ(members.size(), 3U);
    ASSERT_FALSE(scan(R"({"a":1,"b":})", members));
    EXPECT_EQ(members.size(), 3U);
}

TEST(scan, finds_the_last_duplicate_and_escaped_keys) {
    constexpr std::string_view text = R"({"a":1,"mod\u0065l":2,"a":3,"":4,"\ud83d\ude00\n":5})";
    const auto members = members_of(text);
    ASSERT_EQ(members.size(), 5U);
    const auto value = [&](std::string_view name) {
        const member* item = find(text, members, name);
        return item == nullptr ? std::string_view("none") : value_of(text, *item);
    };
    EXPECT_EQ(value("a"), "3");
    EXPECT_EQ(value("model"), "2");
    EXPECT_EQ(value(""), "4");
    EXPECT_EQ(value("\xF0\x9F\x98\x80\n"), "5");
    EXPECT_EQ(value("mod\\u0065l"), "none");
    EXPECT_EQ(value("b"), "none");
    EXPECT_TRUE(members[1].key_escaped);
    EXPECT_FALSE(members[0].key_escaped);
}

struct python_case {
    std::string_view text;
    std::string_view what;
    std::size_t offset, line, column;
};

// What json.loads of Python 3.13 says.
constexpr python_case python_cases[] = {
    {"{\"a\":1,}", "Illegal trailing comma before end of object", 6, 1, 7},
    {"{\"a\":1 , }", "Illegal trailing comma before end of object", 7, 1, 8},
    {"[1,]", "Illegal trailing comma before end of array", 2, 1, 3},
    {"[1 ,\n]", "Illegal trailing comma before end of array", 3, 1, 4},
    {"{\"a\":\"\\uZZZZ\"}", "Invalid \\uXXXX escape", 7, 1, 8},
    {"\"\\x\"", "Invalid \\escape", 1, 1, 2},
    {"\"a\\", "Unterminated string starting at", 0, 1, 1},
    {"\"\\u", "Invalid \\uXXXX escape", 2, 1, 3},
    {"\"\\u1", "Invalid \\uXXXX escape", 2, 1, 3},
    {"\"\\u12\"", "Invalid \\uXXXX escape", 2, 1, 3},
    {"\"\\u123", "Invalid \\uXXXX escape", 2, 1, 3},
    {"\"\001\"", "Invalid control character at", 1, 1, 2},
    {"\"a\nb\"", "Invalid control character at", 2, 1, 3},
    {"01", "Extra data", 1, 1, 2},
    {"-", "Expecting value", 0, 1, 1},
    {"-01", "Extra data", 2, 1, 3},
    {"1.", "Extra data", 1, 1, 2},
    {"1e", "Extra data", 1, 1, 2},
    {"1.5e+", "Extra data", 3, 1, 4},
    {"[1.e3]", "Expecting ',' delimiter", 2, 1, 3},
    {".5", "Expecting value", 0, 1, 1},
    {"+1", "Expecting value", 0, 1, 1},
    {"[-]", "Expecting value", 1, 1, 2},
    {"nul", "Expecting value", 0, 1, 1},
    {"nulll", "Extra data", 4, 1, 5},
    {"[tru]", "Expecting value", 1, 1, 2},
    {"\"abc", "Unterminated string starting at", 0, 1, 1},
    {"", "Expecting value", 0, 1, 1},
    {"  ", "Expecting value", 2, 1, 3},
    {"\n\n", "Expecting value", 2, 3, 1},
    {"{\"a\" 1}", "Expecting ':' delimiter", 5, 1, 6},
    {"{\"\303\251\":x}", "Expecting value", 5, 1, 6},
    {"[1 2]", "Expecting ',' delimiter", 3, 1, 4},
    {"\"\\ud800\\uzzzz\"", "Invalid \\uXXXX escape", 8, 1, 9},
    {"1 2", "Extra data", 2, 1, 3},
    {"{}x", "Extra data", 2, 1, 3},
    {"{,}", "Expecting property name enclosed in double quotes", 1, 1, 2},
    {"{\"a\":\n\"x\ny\"}", "Invalid control character at", 8, 2, 3},
    {"[,1]", "Expecting value", 1, 1, 2},
    {"[1,,2]", "Expecting value", 3, 1, 4},
    {"[1", "Expecting ',' delimiter", 2, 1, 3},
    {"[1,", "Expecting value", 3, 1, 4},
    {"{\"a\":1", "Expecting ',' delimiter", 6, 1, 7},
    {"{\"a\":1,", "Expecting property name enclosed in double quotes", 7, 1, 8},
    {"{\"a\":", "Expecting value", 5, 1, 6},
    {"{\"a", "Unterminated string starting at", 1, 1, 2},
    {"{\"a\"", "Expecting ':' delimiter", 4, 1, 5},
    {"{", "Expecting property name enclosed in double quotes", 1, 1, 2},
    {"[", "Expecting value", 1, 1, 2},
    {"{a:1}", "Expecting property name enclosed in double quotes", 1, 1, 2},
    {"{'a':1}", "Expecting property name enclosed in double quotes", 1, 1, 2},
    {"{\"a\":1 \"b\":2}", "Expecting ',' delimiter", 7, 1, 8},
    {"{\"a\":1,\"b\"}", "Expecting ':' delimiter", 10, 1, 11},
    {"{\"a\":1,,\"b\":2}", "Expecting property name enclosed in double quotes", 7, 1, 8},
    {"[}", "Expecting value", 1, 1, 2},
    {"]", "Expecting value", 0, 1, 1},
    {"{\"\303\251\n\":1}", "Invalid control character at", 3, 1, 4},
    {"[\"\303\251\",\n \"\303\274\" x]", "Expecting ',' delimiter", 11, 2, 6},
    {"{1:2}", "Expecting property name enclosed in double quotes", 1, 1, 2},
    {"[1}", "Expecting ',' delimiter", 2, 1, 3},
    {"{\"a\":1]", "Expecting ',' delimiter", 6, 1, 7},
    {"[[[", "Expecting value", 3, 1, 4},
    {"{\"a\":[1,{\"b\":tru}]}", "Expecting value", 13, 1, 14},
    {"\t[\r\n1\r\n,,]", "Expecting value", 8, 3, 2},
    {"/**/1", "Expecting value", 0, 1, 1},
    {"[1]//c", "Extra data", 3, 1, 4},
    {"\"\\\"", "Unterminated string starting at", 0, 1, 1},
    {"\"\360\237\230\200\" x", "Extra data", 4, 1, 5},
    {"{\"a\"::1}", "Expecting value", 5, 1, 6},
    {"{\"a\":1,\"b\":\"\t\"}", "Invalid control character at", 12, 1, 13},
    {"{\"a\":1,\n\n  \"b\":\n  }", "Expecting value", 18, 4, 3},
};

TEST(scan, fails_with_the_words_and_positions_of_python) {
    for (const python_case& expected : python_cases) {
        const auto failure = failure_of(expected.text);
        ASSERT_TRUE(failure) << expected.text;
        EXPECT_EQ(failure->what, expected.what) << expected.text;
        EXPECT_EQ(failure->offset, expected.offset) << expected.text;
        EXPECT_EQ(failure->line, expected.line) << expected.text;
        EXPECT_EQ(failure->column, expected.column) << expected.text;
    }
}

TEST(scan, refuses_what_python_would_let_pass) {
    for (const auto* text : {"NaN", "[Infinity]", "-Infinity"})
        EXPECT_STREQ(failure_of(text).value().what, "Expecting value") << text;
    for (const auto* text :
         {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")", R"("\ud800\u0041")",
          R"("\ud800\ud800\udc00")", R"("\udc00\ud800")", R"("\udc00\udc00")"}) {
        const auto failure = failure_of(text);
        ASSERT_TRUE(failure) << text;
        EXPECT_STREQ(failure->what, "Invalid \\uXXXX escape") << text;
        EXPECT_EQ(failure->offset, 2U) << text;
    }
    EXPECT_FALSE(failure_of(R"("\ud83d\ude00\uD83D\uDE00")"));
}

TEST(scan, refuses_bytes_that_are_no_utf8_wherever_they_stand) {
    const auto failure = failure_of("{\"\xC3\xA9\":\n\"\xC3\xA9\xED\xA0\x80\"}");
    ASSERT_TRUE(failure);
    EXPECT_STREQ(failure->what, "Invalid UTF-8 at");
    EXPECT_EQ(failure->offset, 8U);
    EXPECT_EQ(failure->line, 2U);
    EXPECT_EQ(failure->column, 3U);
    EXPECT_TRUE(failure_of("\"\xC3"));
    EXPECT_TRUE(failure_of("1\xFF"));
    EXPECT_STREQ(failure_of("\xEF\xBB\xBF{}").value().what, "Unexpected UTF-8 BOM");
}

TEST(scan, refuses_nul_bytes_and_all_other_controls) {
    EXPECT_TRUE(failure_of(std::string_view("1\0", 2)));
    EXPECT_TRUE(failure_of(std::string_view("\0", 1)));
    for (char c = 0; c < 0x20; ++c)
        for (const std::size_t padding : {0U, 3U, 15U, 16U, 40U}) {
            const std::string text =
                '"' + std::string(padding, 'a') + c + std::string(padding, 'b') + '"';
            const auto failure = failure_of(text);
            ASSERT_TRUE(failure) << int{c};
            EXPECT_STREQ(failure->what, "Invalid control character at");
            EXPECT_EQ(failure->offset, padding + 1);
        }
}

TEST(scan, bounds_the_depth) {
    const scan_limits three{3, 10};
    EXPECT_FALSE(failure_of("[[[1]]]", three));
    const auto failure = failure_of("[[[[1]]]]", three);
    ASSERT_TRUE(failure);
    EXPECT_STREQ(failure->what, "Too deeply nested");
    EXPECT_EQ(failure->offset, 3U);
    EXPECT_FALSE(failure_of(R"([[[]],[[{}]],{"a":{}}])", scan_limits{4, 10}));

    const scan_limits boundless{1'000'000, 10};
    EXPECT_FALSE(failure_of(nested(max_depth, "[", "]"), boundless));
    EXPECT_FALSE(failure_of(nested(max_depth, "{\"a\":", "}"), boundless));
    EXPECT_TRUE(failure_of(nested(max_depth + 1, "[", "]"), boundless));
    EXPECT_TRUE(failure_of(nested(513, "[", "]")));
    EXPECT_TRUE(failure_of(std::string(100'000, '[')));
}

TEST(scan, remembers_the_kind_of_every_open_bracket) {
    EXPECT_FALSE(failure_of(nested(256, "[{\"a\":", "}]")));
    EXPECT_TRUE(failure_of(nested(200, "[{\"a\":", "]}")));
}

TEST(scan, bounds_the_direct_members_but_not_those_further_down) {
    const scan_limits two{10, 2};
    EXPECT_FALSE(failure_of("[1,[1,2,3,4]]", two));
    const auto failure = failure_of("[1,2,3]", two);
    ASSERT_TRUE(failure);
    EXPECT_STREQ(failure->what, "Too many members");
    EXPECT_EQ(failure->offset, 5U);
}

TEST(scan_valid, lists_a_nested_value_without_limits) {
    std::string text = "[0";
    for (int i = 1; i < 5000; ++i)
        text += ",{\"i\":[]}";
    text += "]";
    std::vector<member> members;
    scan_valid(text, members);
    ASSERT_EQ(members.size(), 5000U);
    EXPECT_EQ(value_of(text, members.back()), "{\"i\":[]}");
}

TEST(unescape, resolves_every_escape) {
    EXPECT_EQ(unescape(R"("")"), "");
    EXPECT_EQ(unescape(R"("plain \" \\ \/ \b\f\n\r\t end")"), "plain \" \\ / \b\f\n\r\t end");
    EXPECT_EQ(unescape(R"("\u0041\u00e9\u4E2D\ud83d\ude00\u0000")"),
              std::string("A\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\0", 11));
    EXPECT_EQ(unescape(R"("\\u0041")"), "\\u0041");
}

TEST(unescape, replaces_lone_surrogates) {
    const std::string mark = "\xEF\xBF\xBD";
    EXPECT_EQ(unescape(R"("a\ud800")"), "a" + mark);
    EXPECT_EQ(unescape(R"("\udc00b")"), mark + "b");
    EXPECT_EQ(unescape(R"("\ud800\u0041")"), mark + "A");
    EXPECT_EQ(unescape(R"("\ud800\ud83d\ude00")"), mark + "\xF0\x9F\x98\x80");
}

TEST(scan, agrees_with_another_parser_on_random_documents) {
    random_document random(1);
    for (int i = 0; i < 1000; ++i) {
        const std::string text = random.object();
        const auto expected = nlohmann::json::parse(text);
        for (const member& item : members_of(text)) {
            const auto name = unescape('"' + std::string(name_of(text, item)) + '"');
            ASSERT_TRUE(key_is(text, item, name)) << text;
            const auto again = members_of(text);
            const member* last = find(text, again, name);
            ASSERT_TRUE(expected.contains(name)) << text;
            if (last->value_begin == item.value_begin) {
                ASSERT_EQ(nlohmann::json::parse(value_of(text, item)), expected[name]) << text;
            }
            if (item.type == kind::string) {
                ASSERT_EQ(unescape(value_of(text, item)),
                          nlohmann::json::parse(value_of(text, item)).get<std::string>());
            }
        }
    }
}

TEST(scan, agrees_with_another_parser_on_spoilt_documents) {
    random_document random(2);
    int accepted = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::string text = random.spoilt(random.object());
        const bool valid = !failure_of(text);
        ASSERT_EQ(valid, nlohmann::json::accept(text)) << text;
        accepted += valid ? 1 : 0;
    }
    EXPECT_GT(accepted, 250);
    EXPECT_LT(accepted, 4750);
}

} // namespace scan_test
} // namespace llm_proxy::json
