#include "llm_proxy/config/dotenv.hpp"

#include <gtest/gtest.h>

#include "config/config_test_support.hpp"

namespace llm_proxy::config {
namespace dotenv_test {

/// `NAME=[value]` for each variable, and the problems.
std::string read(std::string_view text) {
    const environment process({{"HOST", "from-process"}, {"EMPTY", ""}});
    problems found;
    std::string out;
    const auto known = [&](std::string_view name) { return process.get(name); };
    for (const auto& [name, item] :
         parse_dotenv(text, std::make_shared<const std::string>(".env"), known, found))
        out += name + "=[" + item + "]\n";
    return out + text_of(found);
}

struct dotenv_case {
    const char* text;
    const char* expected;
};

TEST(dotenv, reads_values_as_compose_does) {
    const dotenv_case cases[] = {
        {"A=b", "A=[b]\n"},
        {"  A = b c  \n", "A=[b c]\n"},
        {"A: b\n", "A=[b]\n"},
        {"export A=b\r\nB=c\r\n", "A=[b]\nB=[c]\n"},
        {"# comment\n\nA=b # comment\n", "A=[b]\n"},
        {"A=b#c\n", "A=[b#c]\n"},
        {"A=\nB=#x\n", "A=[]\nB=[]\n"},
        {"A='b $HOST \\n' # c\n", "A=[b $HOST \\n]\n"},
        {"A='it\\'s'\n", "A=[it's]\n"},
        {"A=\"b\\n\\\"c\\\" # d\"\n", "A=[b\n\"c\" # d]\n"},
        {"A=\"one\ntwo\"\nB=3\n", "A=[one\ntwo]\nB=[3]\n"},
        {"A=sk-a=b==\n", "A=[sk-a=b==]\n"},
        {"A=b'c'\n", "A=[b'c']\n"},
        {"export A\nB=c\n", "B=[c]\n"},
        {"\xEF\xBB\xBF"
         "A=b\n",
         "A=[b]\n"},
        {"a.b-c=1\n", "a.b-c=[1]\n"},
    };
    for (const dotenv_case& one : cases)
        EXPECT_EQ(read(one.text), one.expected) << one.text;
}

TEST(dotenv, expands_variables) {
    const dotenv_case cases[] = {
        {"A=$HOST/${HOST}\n", "A=[from-process/from-process]\n"},
        {"X=1\nA=\"${X}$X\"\n", "X=[1]\nA=[11]\n"},
        {"HOST=file\nA=${HOST}\n", "HOST=[file]\nA=[from-process]\n"},
        {"A=${NO:-d}${EMPTY:-e}${EMPTY-f}${NO-g}\n", "A=[deg]\n"},
        {"A=${HOST:+yes}${NO:+no}${EMPTY:+no}${EMPTY+set}\n", "A=[yesset]\n"},
        {"A=${NO:-${HOST}x}\n", "A=[from-processx]\n"},
        {"A=$NO|${NO}|\n", "A=[||]\n"},
        {"A=cost$$5 $ 5\nB=\"\\$HOST\"\n", "A=[cost$5 $ 5]\nB=[$HOST]\n"},
    };
    for (const dotenv_case& one : cases)
        EXPECT_EQ(read(one.text), one.expected) << one.text;
}

TEST(dotenv, tells_of_lines_that_it_cannot_read) {
    EXPECT_EQ(read("A=1\nwhat is this\nB=2\n"),
              "A=[1]\nB=[2]\n.env:2:1: error: a line must be NAME=value\n");
    EXPECT_EQ(read("A=1\n\nB=\"x\nC=2\n"),
              "A=[1]\nC=[2]\n.env:3:1: error: the quoted value has no end\n");
    EXPECT_EQ(read("A=${NO:?}\nB=${x\nC=${}\nD=${x!}\n"),
              ".env:1:1: error: variable NO is required and not set\n"
              ".env:2:1: error: `${` without a closing brace\n"
              ".env:3:1: error: `${` without a variable's name\n"
              ".env:4:1: error: `${x` is followed by no known operator\n");
    EXPECT_EQ(read("A=\"x\ny\" z\n"), "A=[x\ny]\n.env:2:1: error: text follows the quoted value\n");
}

TEST(dotenv, does_not_replace_the_environment) {
    environment variables({{"A", "process"}});
    problems found;
    variables.add_dotenv("A=file\nB=first\nB=last\n", ".env", found);
    EXPECT_EQ(variables.get("A"), "process");
    EXPECT_EQ(variables.get("B"), "last");
    EXPECT_FALSE(variables.get("C"));
}

} // namespace dotenv_test
} // namespace llm_proxy::config
