#include "llm_proxy/config/properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"

namespace llm_proxy::config {
namespace settings_reader_test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(settings_reader, types_every_served_key) {
    const loaded read = load_text(R"(
litellm_settings: {request_timeout: 30, ssl_verify: off, json_logs: yes, set_verbose: true}
router_settings:
  routing_strategy: simple-shuffle
  timeout: 10
  stream_timeout: 20
  model_group_alias: {gpt-4: gpt-4o, secret: {model: gpt-4o, hidden: true}}
general_settings:
  master_key: sk-0123456789abcdef
  litellm_key_header_name: X-My-Key
  always_include_stream_usage: false
  include_call_id_in_error_body: true
  dangerously_allow_mock_testing_request_params: true
  max_request_size_mb: 1.5
  max_connections: 100
)",
                                  "config.yaml", {});
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_THAT(text_of(read.found), IsEmpty());
    EXPECT_EQ(read.config->litellm.request_timeout, 30);
    EXPECT_FALSE(read.config->litellm.ssl_verify.enabled);
    EXPECT_TRUE(read.config->litellm.json_logs);
    EXPECT_TRUE(read.config->litellm.set_verbose);
    const router_settings& router = read.config->router;
    EXPECT_EQ(router.timeout, 10);
    EXPECT_EQ(router.stream_timeout, 20);
    ASSERT_EQ(router.model_group_alias.size(), 2U);
    EXPECT_EQ(router.model_group_alias[0].name, "gpt-4");
    EXPECT_EQ(router.model_group_alias[0].target, "gpt-4o");
    EXPECT_FALSE(router.model_group_alias[0].hidden);
    EXPECT_EQ(router.model_group_alias[1].target, "gpt-4o");
    EXPECT_TRUE(router.model_group_alias[1].hidden);
    EXPECT_EQ(router.model_group_alias[1].where.line, 7);
    const general_settings& general = read.config->general;
    EXPECT_EQ(general.master_key.reveal(), "sk-0123456789abcdef");
    EXPECT_EQ(general.key_header_name, "X-My-Key");
    EXPECT_EQ(general.always_include_stream_usage, stream_usage::never_inject);
    EXPECT_TRUE(general.include_call_id_in_error_body);
    EXPECT_TRUE(general.allow_mock_request_params);
    EXPECT_EQ(general.max_request_bytes, 1572864U);
    EXPECT_EQ(general.max_connections, 100U);
}

TEST(settings_reader, takes_defaults_from_the_environment) {
    const loaded read = load_with_key(
        "general_settings: {always_include_stream_usage: true}\n",
        environment(
            {{"REQUEST_TIMEOUT", "12.5"}, {"JSON_LOGS", "True"}, {"SSL_VERIFY", "/etc/ca.pem"}}));
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->litellm.request_timeout, 12.5);
    EXPECT_TRUE(read.config->litellm.json_logs);
    EXPECT_EQ(read.config->litellm.ssl_verify, (tls_verify{true, "/etc/ca.pem"}));
    EXPECT_EQ(read.config->general.always_include_stream_usage, stream_usage::always_show);
    const loaded wrong = load_with_key("{}", environment({{"REQUEST_TIMEOUT", "soon"}}));
    EXPECT_THAT(text_of(wrong.found), HasSubstr("REQUEST_TIMEOUT: the environment variable must "
                                                "be a positive number of seconds"));
}

TEST(settings_reader, parameters_may_be_dropped_and_modified) {
    const auto settings = [](std::string_view yaml, environment variables = {}) {
        return load_with_key(yaml, std::move(variables)).config->litellm;
    };
    const environment both({{"LITELLM_DROP_PARAMS", "true"}, {"LITELLM_MODIFY_PARAMS", "1"}});
    EXPECT_EQ(settings("{}").drop_params, std::nullopt);
    EXPECT_EQ(settings("litellm_settings: {drop_params: true}").drop_params, true);
    EXPECT_EQ(settings("{}", both).drop_params, true);
    EXPECT_EQ(settings("litellm_settings: {drop_params: off}", both).drop_params, false);
    EXPECT_FALSE(settings("{}").modify_params);
    EXPECT_TRUE(settings("{}", both).modify_params);
    EXPECT_TRUE(settings("litellm_settings: {modify_params: true}").modify_params);
}

TEST(settings_reader, reads_the_rules_for_files_of_clients) {
    const loaded usual = load_with_key("litellm_settings: {}\n");
    EXPECT_TRUE(usual.config->litellm.user_url_validation);
    EXPECT_EQ(usual.config->litellm.max_image_url_download_size_mb, 50);
    environment variables;
    variables.set("MAX_IMAGE_URL_DOWNLOAD_SIZE_MB", "0.5");
    const loaded read = load_with_key("litellm_settings: {user_url_validation: 'false', "
                                      "user_url_allowed_hosts: [NAS, 'files:81'], "
                                      "vertex_ai_safety_settings: [{category: A, threshold: B}]}\n",
                                      variables);
    EXPECT_EQ(text_of(read.found), "");
    EXPECT_FALSE(read.config->litellm.user_url_validation);
    EXPECT_EQ(read.config->litellm.user_url_allowed_hosts,
              (std::vector<std::string>{"nas", "files:81"}));
    EXPECT_EQ(read.config->litellm.max_image_url_download_size_mb, 0.5);
    EXPECT_EQ(read.config->litellm.vertex_ai_safety_settings,
              R"([{"category":"A","threshold":"B"}])");
    variables.set("MAX_IMAGE_URL_DOWNLOAD_SIZE_MB", "-1");
    const loaded wrong =
        load_with_key("litellm_settings: {user_url_allowed_hosts: [1]}\n", variables);
    EXPECT_THAT(text_of(wrong.found), HasSubstr("user_url_allowed_hosts: must be a list of texts"));
    EXPECT_THAT(text_of(wrong.found), HasSubstr("MAX_IMAGE_URL_DOWNLOAD_SIZE_MB: the environment"));
}

TEST(settings_reader, tells_of_unknown_and_unserved_keys) {
    const loaded read = load_with_key("model_lst: []\n"
                                      "general_settings: {database_url: x, masterkey: y}\n"
                                      "router_settings: {routing_groups: [], num_retrys: 1}\n"
                                      "litellm_settings: {callbacks: [], zzzzzzzz: 1, "
                                      "default_team_params: {}}\n");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(
        text_of(read.found),
        "config.yaml:1:1: error: model_lst: unknown key `model_lst`; did you mean "
        "`model_list`?\n"
        "config.yaml:4:20: warning: litellm_settings.callbacks: accepted, but this program "
        "does not serve it yet\n"
        "config.yaml:4:35: error: litellm_settings.zzzzzzzz: unknown key `zzzzzzzz`; it is "
        "ignored\n"
        "config.yaml:4:48: warning: litellm_settings.default_team_params: accepted, but "
        "this program does not serve it yet\n"
        "config.yaml:3:19: warning: router_settings.routing_groups: accepted, but this program "
        "does not serve it yet\n"
        "config.yaml:3:39: error: router_settings.num_retrys: unknown key `num_retrys`; did "
        "you mean `num_retries`?\n"
        "config.yaml:2:20: warning: general_settings.database_url: accepted, but this "
        "program does not serve it yet\n"
        "config.yaml:2:37: error: general_settings.masterkey: unknown key `masterkey`; did "
        "you mean `master_key`?\n");
}

TEST(settings_reader, refuses_what_litellm_does_not_start_with) {
    const std::pair<const char*, const char*> faults[] = {
        {"litellm_settings: [a]", "1:19: error: litellm_settings: must be a mapping, not a list"},
        {"router_settings: {routing_strategy: simple-shufle}",
         "unknown strategy `simple-shufle`; did you mean `simple-shuffle`?"},
        {"router_settings: {routing_strategy: zzz}", "valid are simple-shuffle, least-busy"},
        {"router_settings: {fallbacks: [ok]}", "1:30: error: router_settings.fallbacks: must be a "
                                               "list of mappings"},
        {"litellm_settings: {context_window_fallbacks: x}", "must be a list of mappings"},
        {"general_settings: {master_key: 12345}",
         "1:32: error: general_settings.master_key: must be text; write it in quotes"},
    };
    for (const auto& [text, problem] : faults) {
        const loaded read = load_with_key(text);
        EXPECT_FALSE(read.config) << text;
        EXPECT_THAT(text_of(read.found), HasSubstr(problem)) << text;
    }
}

TEST(settings_reader, warns_of_a_strategy_that_is_not_served_yet) {
    const loaded read = load_with_key("router_settings: {routing_strategy: lar1}");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->router.strategy, routing_strategy::simple_shuffle);
    EXPECT_THAT(text_of(read.found), HasSubstr("lar1 is not served yet"));
    EXPECT_FALSE(has_errors(read.found));
}

TEST(settings_reader, keeps_the_default_where_a_value_is_wrong) {
    const loaded read = load_with_key("general_settings: {max_request_size_mb: big}\n"
                                      "router_settings: {model_group_alias: {a: 5, b: c}}\n");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->general.max_request_bytes, 64U * 1024 * 1024);
    ASSERT_EQ(read.config->router.model_group_alias.size(), 1U);
    EXPECT_THAT(text_of(read.found), HasSubstr("must be a positive number, not text"));
    EXPECT_THAT(text_of(read.found), HasSubstr("`a` must name a group"));
}

struct key_case {
    const char* yaml;
    environment variables;
    const char* problem; // null: it starts
};

TEST(master_key, is_needed_and_must_not_be_publicly_known) {
    const key_case cases[] = {
        {"{}", {}, "no master key is set"},
        {"general_settings: {master_key: ''}", {}, "the master key is empty"},
        {"general_settings: {master_key: ' sk-1234 '}", {}, "the master key is publicly known"},
        {"{}", environment({{"LITELLM_MASTER_KEY", "sk-1234"}}), "publicly known"},
        {"{}", environment({{"LITELLM_MASTER_KEY", ""}}), "the master key is empty"},
        {"general_settings: {master_key: os.environ/UNSET}",
         environment({{"LITELLM_MASTER_KEY", "sk-good-and-long"}}), "no master key is set"},
        {"general_settings: {master_key: os.environ/MINE}",
         environment({{"MINE", "sk-good-and-long"}}), nullptr},
        {"{}", environment({{"LITELLM_MASTER_KEY", "sk-good-and-long"}}), nullptr},
        {"general_settings: {dangerously_permit_weak_or_unset_master_key: true}", {}, nullptr},
        {"{}", environment({{"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY", "true"}}),
         nullptr},
    };
    for (const key_case& one : cases) {
        const loaded read = load_text(one.yaml, "config.yaml", one.variables);
        EXPECT_EQ(read.config != nullptr, one.problem == nullptr) << one.yaml;
        if (one.problem == nullptr)
            continue;
        const std::string text = text_of(read.found);
        EXPECT_THAT(text, HasSubstr(one.problem)) << one.yaml;
        EXPECT_THAT(text, HasSubstr("general_settings.master_key"));
        EXPECT_THAT(text, HasSubstr("LITELLM_MASTER_KEY"));
        EXPECT_THAT(text, HasSubstr("dangerously_permit_weak_or_unset_master_key"));
    }
}

TEST(properties, are_described_once_each) {
    for (const section* one : sections())
        for (const property& key : one->properties) {
            EXPECT_EQ(find_property(*one, key.name), &key) << one->name << ' ' << key.name;
            EXPECT_THAT(std::string(key.description), testing::EndsWith(".")) << key.name;
            EXPECT_FALSE(is_also_known(*one, key.name)) << one->name << ' ' << key.name;
        }
}

} // namespace settings_reader_test
} // namespace llm_proxy::config
