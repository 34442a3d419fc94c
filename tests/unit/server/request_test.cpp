#include "llm_proxy/server/request.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::server {
namespace request_test {

TEST(query_value_test, finds_and_decodes_a_parameter) {
    EXPECT_EQ(query_value("model=gpt", "model"), "gpt");
    EXPECT_EQ(query_value("a=1&model=a%2Fb&c=3", "model"), "a/b");
    EXPECT_EQ(query_value("a=1&c=x=y", "c"), "x=y");
    EXPECT_EQ(query_value("a=1&a=2", "a"), "1");
}

TEST(query_value_test, is_empty_where_there_is_none) {
    for (const std::string_view query :
         {"", "model", "model=", "models=x", "x=model", "a=%zz", "&", "=", "MODEL=x", "xmodel=x"}) {
        EXPECT_EQ(query_value(query, "model"), "") << query;
    }
    EXPECT_EQ(query_value("a=%zz", "a"), "");
}

} // namespace request_test
} // namespace llm_proxy::server
