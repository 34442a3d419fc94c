#include "llm_proxy/server/priced_request.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::server {
namespace priced_request_test {

using model::call_type;
using model::priced_parameters;

priced_parameters read(call_type type, std::string_view body,
                       const model::deployment& target = {}) {
    parsed_call call;
    EXPECT_TRUE(json::scan(body, call.members)) << body;
    return priced_parameters_of(type, body, call, target).value_or(priced_parameters());
}

TEST(priced_request, a_usual_call_has_no_such_parameters) {
    parsed_call call;
    constexpr std::string_view body = R"({"model":"m","size":"x","messages":[]})";
    ASSERT_TRUE(json::scan(body, call.members));
    EXPECT_FALSE(priced_parameters_of(call_type::chat_completion, body, call, {}));
}

TEST(priced_request, reads_tier_and_search_of_a_chat) {
    EXPECT_EQ(read(call_type::chat_completion,
                   R"({"service_tier":"fl\u0065x","web_search_options":
                       {"search_context_size":"low"}})"),
              (priced_parameters{"flex", "low", "", "", 0}));
    EXPECT_EQ(read(call_type::chat_completion, R"({"service_tier":1,"web_search_options":[]})"),
              priced_parameters());
    EXPECT_EQ(
        read(call_type::chat_completion, R"({"web_search_options":{"search_context_size":null}})"),
        priced_parameters());
}

TEST(priced_request, the_clients_tier_goes_before_the_deployments) {
    model::deployment target;
    target.defaults = {{"service_tier", "\"flex\""}};
    EXPECT_EQ(read(call_type::chat_completion, "{}", target).service_tier, "flex");
    EXPECT_EQ(
        read(call_type::chat_completion, R"({"service_tier":"priority"})", target).service_tier,
        "priority");
}

TEST(priced_request, reads_quality_and_size_of_images) {
    const priced_parameters expected{"", "", "hd", "512x512", 0};
    EXPECT_EQ(read(call_type::image_generation, R"({"quality":"hd","size":"512x512"})"), expected);
    const std::string body = "hd512x512";
    parsed_call form;
    form.parts.resize(3);
    form.parts[0].name = "quality";
    form.parts[0].value_end = 2;
    form.parts[1].name = "size";
    form.parts[1].value_begin = 2;
    form.parts[1].value_end = 9;
    form.parts[2].name = "size";
    form.parts[2].is_file = true;
    EXPECT_EQ(priced_parameters_of(call_type::image_edit, body, form, {}), expected);
}

TEST(priced_request, counts_the_characters_of_speech) {
    EXPECT_EQ(read(call_type::speech, R"({"input":"h\u00e9llo wörld"})").characters, 10);
    EXPECT_EQ(read(call_type::speech, R"({"input":5})").characters, 0);
}

} // namespace priced_request_test
} // namespace llm_proxy::server
