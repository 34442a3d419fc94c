#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/config/value.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace llm_proxy::config {
namespace python_text_test {

value of(decltype(value::data) data) {
    return {std::move(data), {}, {}};
}

TEST(python_text, writes_floats_as_python) {
    const std::pair<double, const char*> cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {5e-05, "5e-05"},
        {1e-07, "1e-07"},
        {1.25e-07, "1.25e-07"},
        {0.0001, "0.0001"},
        {0.00012345, "0.00012345"},
        {1000000000000000.0, "1000000000000000.0"},
        {1e+16, "1e+16"},
        {1.5e+16, "1.5e+16"},
        {123456789012345.6, "123456789012345.6"},
        {1e+22, "1e+22"},
        {1e+100, "1e+100"},
        {5e-324, "5e-324"},
        {1.7976931348623157e+308, "1.7976931348623157e+308"},
        {-2.5, "-2.5"},
        {0.30000000000000004, "0.30000000000000004"},
        {100.0, "100.0"},
        {1.2345678901234567e+19, "1.2345678901234567e+19"},
        {9007199254740992.0, "9007199254740992.0"},
        {1e-05, "1e-05"},
        {9.999e-05, "9.999e-05"},
    };
    for (const auto& [number, text] : cases)
        EXPECT_EQ(python_float(number), text);
    EXPECT_EQ(python_float(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(python_float(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(python_text, writes_words_and_nested_values) {
    const value nested = of(map{
        {"a", {}, of(list{of(true), of({}), of(std::int64_t{1}), of(0.5), of(std::string("x"))})},
        {"b", {}, of(map{})}});
    EXPECT_EQ(python_str(nested), "{'a': [True, None, 1, 0.5, 'x'], 'b': {}}");
    EXPECT_EQ(python_json(nested), R"({"a": [true, null, 1, 0.5, "x"], "b": {}})");
    EXPECT_EQ(compact_json(nested), R"({"a":[true,null,1,0.5,"x"],"b":{}})");
    EXPECT_EQ(python_str(of(std::string("bare"))), "bare");
}

TEST(python_text, quotes_strings_as_python) {
    const auto listed = [](std::string text) { return python_str(of(list{of(std::move(text))})); };
    EXPECT_EQ(listed("it's"), R"(["it's"])");
    EXPECT_EQ(listed(R"(' and ")"), R"(['\' and "'])");
    EXPECT_EQ(listed("\t\n\x07\xC3\xA9\xE2\x80\x8B\\"), "['\\t\\n\\x07\xC3\xA9\\u200b\\\\']");
}

TEST(python_text, escapes_json_beyond_ascii) {
    EXPECT_EQ(python_json(of(std::string("\xC3\xA9\xF0\x9F\x98\x80\"\\/\x7f"))),
              R"("\u00e9\ud83d\ude00\"\\/\u007f")");
    EXPECT_EQ(compact_json(of(std::string("\xC3\xA9\n"))), "\"\xC3\xA9\\n\"");
    EXPECT_EQ(compact_json(of(std::string("\xFF"))), "\"\xEF\xBF\xBD\"");
    EXPECT_EQ(compact_json(of(std::numeric_limits<double>::infinity())), "null");
}

} // namespace python_text_test
} // namespace llm_proxy::config
