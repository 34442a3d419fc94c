#include "llm_proxy/relay/error_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::relay {
namespace error_json_test {

TEST(error_json_test, writes_openais_object_with_the_status_as_a_string) {
    EXPECT_EQ(error_json(error(404, "not_found_error", "no such model")),
              R"({"error":{"message":"no such model","type":"not_found_error","param":null,)"
              R"("code":"404"}})");
}

TEST(error_json_test, an_empty_type_is_null_and_a_param_is_kept) {
    error failure(401, "", "x");
    failure.param = "key";
    EXPECT_EQ(error_json(failure),
              R"({"error":{"message":"x","type":null,"param":"key","code":"401"}})");
    failure.param = "";
    EXPECT_EQ(error_json(failure),
              R"({"error":{"message":"x","type":null,"param":"","code":"401"}})");
}

TEST(error_json_test, adds_the_call_id_last) {
    EXPECT_EQ(error_json(error(500, "t", "x"), "id-1"),
              R"({"error":{"message":"x","type":"t","param":null,"code":"500",)"
              R"("litellm_call_id":"id-1"}})");
}

TEST(error_json_test, texts_are_escaped_and_the_log_detail_stays_inside) {
    error failure(400, "a\"b", "line\nbreak \"quoted\" \\ \x01 é");
    failure.param = "p\"q";
    failure.internal = "only for the log";
    const std::string text = error_json(failure, "i\"d");
    const auto parsed = nlohmann::json::parse(text);
    EXPECT_EQ(parsed["error"]["message"], failure.message);
    EXPECT_EQ(parsed["error"]["type"], failure.type);
    EXPECT_EQ(parsed["error"]["param"], *failure.param);
    EXPECT_EQ(parsed["error"]["litellm_call_id"], "i\"d");
    EXPECT_EQ(text.find("only for the log"), std::string::npos);
}

} // namespace error_json_test
} // namespace llm_proxy::relay
