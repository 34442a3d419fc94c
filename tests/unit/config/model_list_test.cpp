#include "llm_proxy/config/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"

namespace llm_proxy::config {
namespace model_list_test {

using testing::HasSubstr;
using testing::Not;

/// A configuration of one deployment with further parameters, one per line.
std::string one_deployment(const std::string& lines) {
    return "model_list:\n"
           "  - model_name: a\n"
           "    litellm_params:\n"
           "      model: openai/a\n" +
           lines;
}

TEST(model_list, types_every_served_parameter) {
    const loaded read = load_with_key(R"(
model_list:
  - model_name: a
    litellm_params:
      model: azure/a
      api_key: sk-upstream
      base_url: http://127.0.0.1:1/v1
      api_version: "2024-10-21"
      organization: org
      custom_llm_provider: openai
      headers: {X-One: "1", x-two: two}
      extra_headers: {x-one: 5}
      extra_body: {provider: {order: [a]}, n: 1.5}
      timeout: 1:30
      stream_timeout: "2.5"
      max_retries: 3
      weight: 0
      rpm: 60
      tpm: 1_000
      ssl_verify: ca.pem
      mock_response: hello
      drop_params: "off"
      additional_drop_params: [seed, "tools[*].strict"]
      allowed_openai_params: [verbosity]
      temperature: 1
      max_tokens: "100"
      stop: [x]
      user: null
    model_info: {mode: chat, base_model: gpt-4o, mine: [1]}
)");
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_FALSE(has_errors(read.found)) << text_of(read.found);
    const model_entry& entry = read.config->model_list.at(0);
    const litellm_params& params = entry.params;
    EXPECT_EQ(params.model, "azure/a");
    EXPECT_EQ(params.api_key->reveal(), "sk-upstream");
    EXPECT_EQ(params.api_base, "http://127.0.0.1:1/v1");
    EXPECT_EQ(params.api_version, "2024-10-21");
    EXPECT_EQ(params.organization, "org");
    EXPECT_EQ(params.custom_llm_provider, "openai");
    EXPECT_EQ(params.extra_headers, (header_list{{"x-two", "two"}, {"x-one", "5"}}));
    EXPECT_EQ(params.timeout, 90);
    EXPECT_EQ(params.stream_timeout, 2.5);
    EXPECT_EQ(params.max_retries, 3);
    EXPECT_EQ(params.weight, 0);
    EXPECT_EQ(params.rpm, 60);
    EXPECT_EQ(params.tpm, 1000);
    EXPECT_EQ(params.ssl_verify, (tls_verify{true, "ca.pem"}));
    EXPECT_EQ(params.mock_response, "hello");
    EXPECT_EQ(params.drop_params, false);
    EXPECT_EQ(params.additional_drop_params, (std::vector<std::string>{"seed", "tools[*].strict"}));
    EXPECT_EQ(params.allowed_openai_params, std::vector<std::string>{"verbosity"});
    std::string members;
    for (const auto* list : {&params.defaults, &params.extra_body, &entry.info.echoed})
        for (const json_member& one : *list)
            members += one.name + '=' + one.json + ' ';
    EXPECT_EQ(members, "temperature=1 max_tokens=100 stop=[\"x\"] "
                       "provider={\"order\":[\"a\"]} n=1.5 "
                       "mode=\"chat\" base_model=\"gpt-4o\" mine=[1] ");
    EXPECT_EQ(entry.info.mode, "chat");
    EXPECT_EQ(entry.info.base_model, "gpt-4o");
    EXPECT_EQ(entry.path, "model_list[0]");
    EXPECT_EQ(entry.where.line, 3);
    EXPECT_EQ(entry.model_where.line, 5);
    EXPECT_EQ(entry.base_where.line, 7);
    EXPECT_EQ(entry.base_where.column, 17);
}

TEST(model_list, a_list_of_parameters_holds_texts) {
    const loaded read = load_with_key(one_deployment("      additional_drop_params: [seed, 5]\n"));
    EXPECT_THAT(text_of(read.found),
                HasSubstr("litellm_params.additional_drop_params: must be a list of texts"));
}

TEST(model_list, reads_prices) {
    const loaded read = load_with_key(
        one_deployment("      input_cost_per_token: 1e-6\n"
                       "      output_cost_per_token: \"0.5\"\n"
                       "      output_cost_per_token_above_200k_tokens_priority: 2.0e-6\n"
                       "      input_cost_per_second: null\n"
                       "      tiered_pricing: [{range: [0, 1.0e+3], input_cost_per_token: 1}]\n"
                       "    model_info: {output_cost_per_second: 3}\n"));
    ASSERT_TRUE(read.config);
    EXPECT_EQ(text_of(read.found), "");
    std::string members;
    for (const json_member& one : read.config->model_list.at(0).params.prices)
        members += one.name + '=' + one.json + ' ';
    EXPECT_EQ(members, "input_cost_per_token=1e-06 output_cost_per_token=0.5 "
                       "output_cost_per_token_above_200k_tokens_priority=2e-06 "
                       "tiered_pricing=[{\"range\":[0,1000.0],\"input_cost_per_token\":1}] ");
    EXPECT_THAT(effective_yaml(*read.config), HasSubstr("output_cost_per_token: 0.5\n"));
    const loaded near = load_with_key(one_deployment("      input_cost_per_tokn: 1\n"));
    EXPECT_THAT(text_of(near.found), HasSubstr("did you mean `input_cost_per_token`?"));
}

TEST(model_list, names_wrong_prices_with_their_place) {
    const loaded read = load_with_key(one_deployment(
        "      input_cost_per_token: -1\n"
        "      tiered_pricing: [{range: [0], input_cost_per_token: 1}, 5, {range: [0, 9], x: y}]\n"
        "      search_context_cost_per_query: {search_context_size_low: -1}\n"
        "    model_info: {output_cost_per_token: -2}\n"));
    ASSERT_TRUE(read.config);
    const std::string text = text_of(read.found);
    for (const char* problem :
         {"5:29: error: model_list[0].litellm_params.input_cost_per_token: must be a number not "
          "below 0, not -1\n",
          "6:24: error: model_list[0].litellm_params.tiered_pricing[0]: must be a mapping with ",
          "tiered_pricing[1]: must be a mapping with ",
          "tiered_pricing[2].x: must be a number not below 0\n",
          "search_context_cost_per_query.search_context_size_low: must be a number not below 0\n",
          "8:41: error: model_list[0].model_info.output_cost_per_token: must be a number not below "
          "0, not -2\n"})
        EXPECT_THAT(text, HasSubstr(problem));
    const loaded word = load_with_key(one_deployment("      input_cost_per_token: free\n"));
    EXPECT_THAT(text_of(word.found), HasSubstr("must be a number not below 0, not text"));
    EXPECT_TRUE(word.config->model_list.empty());
}

TEST(model_list, names_an_unknown_key_with_its_place_and_a_suggestion) {
    const loaded read = load_with_key(one_deployment("      rmp: 5\n      top_kk: 1\n"));
    ASSERT_TRUE(read.config);
    EXPECT_EQ(text_of(read.found), "config.yaml:5:7: error: model_list[0].litellm_params.rmp: "
                                   "unknown key `rmp`; did you mean `rpm`?\n"
                                   "config.yaml:6:7: error: model_list[0].litellm_params.top_kk: "
                                   "unknown key `top_kk`; did you mean `top_k`?\n");
    const litellm_params& params = read.config->model_list.at(0).params;
    EXPECT_TRUE(params.defaults.empty());
    EXPECT_TRUE(params.extra_body.empty());
}

TEST(model_list, warns_once_of_keys_that_are_not_served_yet) {
    const loaded read = load_with_key(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/a, itpm: 50, aws_region_name: x}}
  - {model_name: a, litellm_params: {model: openai/b, itpm: 60, rpm: 3}}
)");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->model_list.size(), 2U);
    EXPECT_EQ(text_of(read.found),
              "config.yaml:3:55: warning: model_list[0].litellm_params.itpm: "
              "accepted, but this program does not serve it yet\n"
              "config.yaml:3:65: warning: model_list[0].litellm_params.aws_region_name: "
              "accepted, but this program does not serve it yet\n");
}

TEST(model_list, reads_the_limits_of_a_deployment) {
    const loaded read = load_with_key(R"(
router_settings: {default_max_parallel_requests: 4, max_queue_wait: 0, default_priority: 2}
model_list:
  - model_name: a
    litellm_params: {model: openai/a, rpm: 2, tpm: 125000, rpd: 50, tpd: 1e6,
                     max_parallel_requests: 3, rpd_reset: "00:00 Asia/Taipei",
                     quota_group: project, max_queue_wait: 5}
)");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(text_of(read.found), "");
    const litellm_params& params = read.config->model_list.at(0).params;
    EXPECT_EQ(params.rpm, 2);
    EXPECT_EQ(params.tpm, 125000);
    EXPECT_EQ(params.limits.rpd, 50);
    EXPECT_EQ(params.limits.tpd, 1e6);
    EXPECT_EQ(params.limits.max_parallel_requests, 3);
    EXPECT_EQ(params.limits.rpd_reset, "00:00 Asia/Taipei");
    EXPECT_EQ(params.limits.quota_group, "project");
    EXPECT_EQ(params.limits.max_queue_wait, 5);
    EXPECT_EQ(read.config->router.default_max_parallel_requests, 4);
    EXPECT_EQ(read.config->router.max_queue_wait, 0);
    EXPECT_EQ(read.config->router.default_priority, 2);
}

struct fault {
    const char* line;
    const char* problem;
    bool is_kept;
};

TEST(model_list, checks_values) {
    const fault faults[] = {
        {"rpm: abc",
         "5:12: error: model_list[0].litellm_params.rpm: must be a positive number, "
         "not text",
         false},
        {"rpm: 0", "litellm_params.rpm: must be a positive number, not 0", true},
        {"tpm: -5", "litellm_params.tpm: must be a positive number, not -5", true},
        {"rpd: 0", "litellm_params.rpd: must be a positive number, not 0", true},
        {"tpd: none", "litellm_params.tpd: must be a positive number, not text", false},
        {"max_parallel_requests: -1", "must be a positive whole number, not -1", true},
        {"weight: -1", "must be a number not below 0, not -1", true},
        {"timeout: 0", "must be a positive number of seconds, not 0", true},
        {"timeout: .inf", "must be a positive number of seconds, not inf", false},
        {"api_key: 12345", "must be text, not 12345; write it in quotes", false},
        {"max_retries: 1.5", "must be a whole number, not 1.5", false},
        {"temperature: hot", "must be a number, not text", false},
        {"tools: {}", "must be a list, not a mapping", false},
        {"ssl_verify: [x]", "must be true, false or the path of a CA file", false},
        {"extra_headers: {'bad name': x}", "`bad name` is no valid header", false},
        {"extra_headers: {a: \"b\\r\\nc: d\"}", "`a` is no valid header", false},
    };
    for (const fault& one : faults) {
        const loaded read = load_with_key(one_deployment(std::string("      ") + one.line + "\n"));
        ASSERT_TRUE(read.config) << one.line;
        EXPECT_THAT(text_of(read.found), HasSubstr(one.problem)) << one.line;
        EXPECT_TRUE(has_errors(read.found)) << one.line;
        EXPECT_EQ(read.config->model_list.size(), one.is_kept ? 1U : 0U) << one.line;
    }
}

TEST(model_list, does_not_show_a_wrong_value_from_the_environment) {
    const loaded read = load_with_key(one_deployment("      rpm: os.environ/RPM\n"),
                                      environment({{"RPM", "sk-secret"}}));
    EXPECT_THAT(text_of(read.found), HasSubstr("not the value of RPM"));
    EXPECT_THAT(text_of(read.found), Not(HasSubstr("sk-secret")));
}

TEST(model_list, drops_only_the_deployment_with_a_wrong_type) {
    const loaded read = load_with_key(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/a, rpm: [1]}}
  - {model_name: 7, litellm_params: {model: openai/b}}
  - {model_name: c, litellm_params: {model: os.environ/UNSET}}
  - {model_name: d, litellm_params: {model: openai/d}}
)");
    ASSERT_TRUE(read.config) << text_of(read.found);
    ASSERT_EQ(read.config->model_list.size(), 1U);
    EXPECT_EQ(read.config->model_list[0].model_name, "d");
    EXPECT_EQ(read.config->model_list[0].path, "model_list[3]");
    EXPECT_THAT(text_of(read.found), HasSubstr("config.yaml:3:5: warning: model_list[0]: "
                                               "the deployment is left out"));
    EXPECT_THAT(text_of(read.found), HasSubstr("model_list[1].model_name: must be text, not 7; "
                                               "write it in quotes"));
    EXPECT_THAT(text_of(read.found),
                HasSubstr("model_list[2].litellm_params.model: must not be empty"));
}

TEST(model_list, refuses_what_litellm_does_not_start_with) {
    const std::pair<const char*, const char*> faults[] = {
        {"model_list: {a: b}", "1:13: error: model_list: must be a list"},
        {"model_list: [text]", "model_list[0]: must be a mapping"},
        {"model_list: [{litellm_params: {model: x}}]", "model_list[0]: model_name is missing"},
        {"model_list: [{model_name: a}]", "model_list[0]: litellm_params is missing"},
        {"model_list: [{model_name: a, litellm_params: x}]",
         "model_list[0].litellm_params: must be a mapping"},
        {"model_list: [{model_name: a, litellm_params: {rpm: 1}}]",
         "model_list[0].litellm_params: model is missing; write `model: provider/name`"},
        {"model_list: [{model_name: a, litellm_params: {model: x}, model_info: 5}]",
         "model_list[0].model_info: must be a mapping, not 5"},
    };
    for (const auto& [text, problem] : faults) {
        const loaded read = load_with_key(text);
        EXPECT_FALSE(read.config) << text;
        EXPECT_THAT(text_of(read.found), HasSubstr(problem)) << text;
    }
}

TEST(model_list, may_be_missing_or_hold_one_name_twice) {
    EXPECT_TRUE(load_with_key("general_settings: {}\n").config);
    EXPECT_TRUE(load_with_key("model_list:\n").config);
    const loaded read = load_with_key(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/a}}
  - {model_name: a, litellm_params: {model: openai/b}}
  - {model_name: a, litellm_params: {model: openai/b}}
)");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(text_of(read.found), "config.yaml:5:5: warning: model_list[2]: has the same id as "
                                   "model_list[1]; set model_info.id to tell them apart\n");
}

} // namespace model_list_test
} // namespace llm_proxy::config
