#include "llm_proxy/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"

namespace llm_proxy::config {
namespace routing_reader_test {

using testing::ElementsAre;
using testing::HasSubstr;

router_settings router_of(const std::string& yaml) {
    const loaded read = load_with_key(yaml);
    EXPECT_EQ(text_of(read.found), "");
    return read.config ? read.config->router : router_settings();
}

TEST(routing_reader, reads_every_key) {
    const router_settings read = router_of(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/a}}
  - {model_name: b, litellm_params: {model: openai/b}}
router_settings:
  routing_strategy: latency-based-routing
  routing_strategy_args: {ttl: 60, lowest_latency_buffer: 0.5, max_latency_list_size: 3, ttft_percentile: 0.95}
  num_retries: "4"
  retry_after: 1.5
  cooldown_time: 30
  disable_cooldowns: true
  allowed_fails: 2
  allowed_fails_policy: {TimeoutErrorAllowedFails: 7}
  retry_policy: {BadRequestErrorRetries: 0, RateLimitErrorRetries: 3, DefaultRetries: 1}
  model_group_retry_policy: {a: {TimeoutErrorRetries: 5}}
  fallbacks: [{a: [b], b: [a]}]
  context_window_fallbacks: [{a: [b]}]
  content_policy_fallbacks: [{b: [a]}]
  default_fallbacks: [b]
  max_fallbacks: 2
  enable_tag_filtering: true
  tag_filtering_match_any: false
)");
    EXPECT_EQ(read.strategy, routing_strategy::latency_based);
    EXPECT_EQ(read.latency.ttl, 60);
    EXPECT_EQ(read.latency.lowest_latency_buffer, 0.5);
    EXPECT_EQ(read.latency.max_latency_list_size, 3);
    EXPECT_EQ(read.latency.ttft_percentile, 0.95);
    EXPECT_EQ(read.failures.num_retries, 4);
    EXPECT_EQ(read.retry_after, 1.5);
    EXPECT_EQ(read.cooldown_time, 30);
    EXPECT_TRUE(read.disable_cooldowns);
    EXPECT_EQ(read.failures.allowed_fails, 2);
    EXPECT_EQ(read.allowed_fails_policy->find(error_class::timeout), 7);
    EXPECT_EQ(read.retry_policy->find(error_class::context_window_exceeded), 0);
    EXPECT_EQ(read.retry_policy->find(error_class::rate_limit), 3);
    EXPECT_EQ(read.retry_policy->find(error_class::bad_gateway), 1);
    EXPECT_EQ(read.model_group_retry_policy.at("a").find(error_class::timeout), 5);
    EXPECT_EQ(read.model_group_retry_policy.at("a").find(error_class::rate_limit), std::nullopt);
    ASSERT_EQ(read.failures.fallbacks->size(), 3U);
    EXPECT_EQ(read.failures.fallbacks->at(1).group, "b");
    EXPECT_THAT(read.failures.fallbacks->at(1).targets, ElementsAre("a"));
    EXPECT_EQ(read.failures.fallbacks->at(2).group, "*");
    EXPECT_EQ(read.failures.context_window_fallbacks->at(0).group, "a");
    EXPECT_EQ(read.failures.content_policy_fallbacks->at(0).group, "b");
    EXPECT_EQ(read.failures.max_fallbacks, 2);
    EXPECT_TRUE(read.enable_tag_filtering);
    EXPECT_FALSE(read.tag_filtering_match_any);
}

TEST(routing_reader, the_router_wins_over_litellm_settings) {
    const router_settings read = router_of("litellm_settings: {num_retries: 1, allowed_fails: 3, "
                                           "max_fallbacks: 9}\n"
                                           "router_settings: {num_retries: 0}");
    EXPECT_EQ(read.failures.num_retries, 0);
    EXPECT_EQ(read.failures.allowed_fails, 3);
    EXPECT_EQ(read.failures.max_fallbacks, 9);
    EXPECT_FALSE(read.failures.fallbacks);
}

TEST(routing_reader, knows_the_strategies) {
    const std::pair<const char*, routing_strategy> names[] = {
        {"simple-shuffle", routing_strategy::simple_shuffle},
        {"least-busy", routing_strategy::least_busy},
        {"usage-based-routing", routing_strategy::usage_based},
        {"usage-based-routing-v2", routing_strategy::usage_based},
        {"cost-based-routing", routing_strategy::cost_based},
        {"free-first", routing_strategy::free_first},
    };
    for (const auto& [name, strategy] : names) {
        EXPECT_EQ(
            router_of("router_settings: {routing_strategy: " + std::string(name) + "}").strategy,
            strategy);
    }
}

TEST(routing_reader, a_deployment_has_rules_of_its_own) {
    const loaded read = load_with_key(R"(
model_list:
  - model_name: a
    litellm_params: {model: openai/a, order: 2, num_retries: 5, cooldown_time: 9, tags: [x, y]}
    model_info: {tier: free, allowed_fails: 1, cooldown_time: 8, allowed_fails_policy: {RateLimitErrorAllowedFails: 0}}
)");
    EXPECT_EQ(text_of(read.found), "");
    const model_entry& entry = read.config->model_list.at(0);
    EXPECT_EQ(entry.params.order, 2);
    EXPECT_EQ(entry.params.num_retries, 5);
    EXPECT_EQ(entry.params.cooldown_time, 9);
    EXPECT_THAT(entry.params.tags, ElementsAre("x", "y"));
    EXPECT_EQ(entry.info.tier, "free");
    EXPECT_EQ(entry.info.allowed_fails, 1);
    EXPECT_EQ(entry.info.cooldown_time, 8);
    EXPECT_EQ(entry.info.allowed_fails_policy.find(error_class::rate_limit), 0);
}

TEST(routing_reader, tells_what_is_wrong_and_what_to_write) {
    const std::pair<const char*, const char*> faults[] = {
        {"router_settings: {num_retries: -1}",
         "1:32: error: router_settings.num_retries: must be a whole number not below 0, not -1"},
        {"router_settings: {retry_policy: {TimeoutErorRetries: 1}}",
         "unknown key `TimeoutErorRetries`; did you mean `TimeoutErrorRetries`?"},
        {"router_settings: {retry_policy: {TimeoutErrorRetries: many}}",
         "router_settings.retry_policy.TimeoutErrorRetries: must be a whole number not below 0"},
        {"router_settings: {allowed_fails_policy: {DefaultRetries: 1}}",
         "unknown key `DefaultRetries`"},
        {"router_settings: {model_group_retry_policy: {a: 3}}",
         "router_settings.model_group_retry_policy.a: must be a mapping; write "
         "`a: {TimeoutErrorRetries: 3}`"},
        {"router_settings: {fallbacks: [{a: b}]}",
         "1:35: error: router_settings.fallbacks.a: must be a list of groups; write "
         "`- a: [other-group]`"},
        {"litellm_settings: {default_fallbacks: [1]}", "must be a list of texts"},
        {"router_settings: {fallbacks: [{a: [b]}]}",
         "warning: fallbacks: no model `b` to fall back to; it is passed over"},
        {"router_settings: {routing_strategy_args: {ttl: 0}}",
         "router_settings.routing_strategy_args.ttl: must be a positive number of seconds"},
        {"router_settings: {routing_strategy_args: {ttft_percentile: 95}}", "write 0.95"},
        {"model_list: [{model_name: a, litellm_params: {model: openai/a}, model_info: "
         "{tier: gold}}]",
         "model_list[0].model_info.tier: must be `free` or `paid`"},
    };
    for (const auto& [text, problem] : faults)
        EXPECT_THAT(text_of(load_with_key(text).found), HasSubstr(problem)) << text;
}

TEST(routing_reader, fallbacks_lead_to_aliases_ids_and_wildcards) {
    router_of(
        "model_list: [{model_name: a, litellm_params: {model: openai/a}}]\n"
        "router_settings: {model_group_alias: {nick: a}, fallbacks: [{a: [nick, openai/a]}]}");
    router_of("model_list: [{model_name: 'x/*', litellm_params: {model: 'openai/*'}}]\n"
              "router_settings: {fallbacks: [{a: [x/y]}]}");
}

} // namespace routing_reader_test
} // namespace llm_proxy::config
