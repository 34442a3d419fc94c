#include "llm_proxy/config/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"

namespace llm_proxy::config {
namespace check_test {

using testing::HasSubstr;
using testing::Not;

constexpr const char* full = R"(
model_list:
  - model_name: "yes"
    litellm_params:
      model: openai/a
      api_key: sk-upstream-0123456789abcd
      api_base: http://user:hunter2@host/v1
      rpm: 5
      temperature: 0.5
      additional_drop_params: [seed, "tools[*].strict"]
      extra_headers: {X-Api-Token: hidden-token, x-plain: "shown: text"}
      extra_body: {provider: {order: [a, b]}, session_token: hidden-body}
    model_info: {id: my-id, mode: chat}
router_settings:
  model_group_alias: {gpt-4: {model: "yes", hidden: true}}
general_settings: {always_include_stream_usage: true, max_connections: 7}
)";

TEST(effective_yaml, shows_everything_with_secrets_masked) {
    const loaded read = load_with_key(full);
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_EQ(effective_yaml(*read.config), R"(model_list:
  - model_name: "yes"
    litellm_params:
      model: openai/a
      api_key: "sk-...abcd"
      api_base: "http://***@host/v1"
      rpm: 5
      additional_drop_params: [seed, "tools[*].strict"]
      temperature: 0.5
      extra_headers:
        X-Api-Token: "***"
        x-plain: "shown: text"
      extra_body:
        provider: {"order":["a","b"]}
        session_token: "***"
    model_info:
      id: my-id
      mode: "chat"
litellm_settings:
  ssl_verify: true
  json_logs: false
  set_verbose: false
  check_provider_endpoint: false
  modify_params: false
router_settings:
  routing_strategy: simple-shuffle
  max_queue_wait: 20
  default_priority: 0
  model_group_alias:
    gpt-4:
      model: "yes"
      hidden: true
general_settings:
  master_key: "sk-...cdef"
  dangerously_permit_weak_or_unset_master_key: false
  always_include_stream_usage: true
  include_call_id_in_error_body: false
  dangerously_allow_mock_testing_request_params: false
  max_request_size_mb: 64
  max_connections: 7
)");
}

TEST(effective_yaml, is_a_configuration_again) {
    const loaded first = load_with_key(full);
    ASSERT_TRUE(first.config);
    const std::string text = effective_yaml(*first.config);
    const loaded second = load_text(text, "effective.yaml", {});
    ASSERT_TRUE(second.config) << text_of(second.found);
    EXPECT_FALSE(has_errors(second.found)) << text_of(second.found);
    EXPECT_EQ(second.config->model_list[0].model_name, "yes");
    EXPECT_EQ(second.config->model_list[0].params.extra_body[0].json, R"({"order":["a","b"]})");
}

TEST(problems, are_listed_and_counted) {
    const loaded read = load_with_key("a: 1\nb: 2\nguardrails: []\n");
    EXPECT_EQ(describe_problems(read.found),
              "config.yaml:1:1: error: a: unknown key `a`; it is ignored\n"
              "config.yaml:2:1: error: b: unknown key `b`; it is ignored\n"
              "config.yaml:3:1: warning: guardrails: accepted, but this program does not serve it "
              "yet\n"
              "2 errors, 1 warning\n");
}

// `make docs` writes the page anew.
TEST(reference, is_the_page_in_docs) {
    EXPECT_EQ(fixture("../../docs/configuration.md"), reference_markdown());
}

} // namespace check_test
} // namespace llm_proxy::config
