#include "llm_proxy/providers/parameter_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace parameter_plan_test {

using testing::HasSubstr;

std::shared_ptr<const model::deployment> serving(const config::litellm_params& params,
                                                 std::optional<bool> drop_everywhere = {}) {
    config::settings settings;
    settings.litellm.drop_params = drop_everywhere;
    return build(params, {}, settings).deployments.at(0);
}

config::litellm_params with(const std::string& model, std::optional<bool> drop) {
    auto params = params_for(model);
    params.drop_params = drop;
    return params;
}

/// A body with the members, as it leaves; or the refusal.
std::string sent(const std::string& members, const model::deployment& target,
                 inbound_call call = {}) {
    call.requested_model = "group";
    return body_of("{\"model\":\"a\"," + members + "}", target, call);
}

TEST(parameter_plan, refuses_in_litellms_words) {
    EXPECT_EQ(
        sent(R"("thinking":{},"verbosity":"low","temperature":1)",
             *serving(params_for("openai/m"))),
        "litellm.UnsupportedParamsError: openai does not support parameters: ['verbosity', "
        "'thinking'], for model=m. To drop these, set `litellm.drop_params=True` or for proxy:\n\n"
        "`litellm_settings:\n drop_params: true`\n. \n If you want to use these params dynamically "
        "send allowed_openai_params=['verbosity', 'thinking'] in your request.\n\n"
        "LiteLLM: model group 'group' failed with the error above. No fallback was attempted.");
}

TEST(parameter_plan, an_embedding_names_the_values) {
    inbound_call call;
    call.type = model::call_type::embedding;
    const std::string members = R"("dimensions":5,"user":"it's","encoding_format":null)";
    EXPECT_THAT(sent(members, *serving(params_for("lm_studio/m")), call),
                HasSubstr("lm_studio does not support parameters: {'user': \"it's\", 'dimensions': "
                          "5}, for model=m. To drop these"));
    EXPECT_THAT(sent(members, *serving(params_for("openai_like/m")), call),
                HasSubstr("Setting {'user': \"it's\", 'dimensions': 5} is not supported by "
                          "openai_like. To drop it from the call"));
    EXPECT_THAT(sent(members, *serving(params_for("openai/m")), call),
                HasSubstr("Setting dimensions is not supported for OpenAI `text-embedding-3`"));
    EXPECT_EQ(sent(members, *serving(with("lm_studio/m", true)), call), R"({"model":"m"})");
}

TEST(parameter_plan, an_image_names_the_first) {
    inbound_call call;
    call.type = model::call_type::image_generation;
    EXPECT_THAT(sent(R"("style":"vivid")", *serving(params_for("openai/m")), call),
                HasSubstr("Setting `style` is not supported by openai, m. To drop it"));
}

TEST(parameter_plan, the_request_decides_before_the_deployment_and_after_the_settings) {
    struct row {
        std::optional<bool> settings, deployment;
        std::string request;
        bool drops;
    };
    const std::vector<row> table{{{}, {}, "", false},
                                 {{}, true, "", true},
                                 {true, {}, "", true},
                                 {true, false, R"(,"drop_params":false)", true},
                                 {{}, true, R"(,"drop_params":false)", false},
                                 {{}, true, R"(,"drop_params":null)", false},
                                 {false, {}, R"(,"drop_params":true)", true},
                                 {{}, {}, R"(,"drop_params":" On ")", true},
                                 {{}, {}, R"(,"drop_params":1)", true},
                                 {{}, {}, R"(,"drop_params":"maybe")", false}};
    for (const row& one : table) {
        const auto target = serving(with("openai/m", one.deployment), one.settings);
        const std::string out = sent(R"("verbosity":"low")" + one.request, *target);
        EXPECT_EQ(out == R"({"model":"m"})", one.drops) << one.request << out;
    }
}

TEST(parameter_plan, a_coding_agents_parameters_are_dropped_unless_the_settings_say) {
    http::fields headers;
    headers.add("User-Agent", "codex_cli_rs/0.1");
    inbound_call call;
    call.headers = &headers;
    const std::string members = R"("verbosity":"low")";
    EXPECT_EQ(sent(members, *serving(params_for("openai/m")), call), R"({"model":"m"})");
    EXPECT_THAT(sent(members, *serving(params_for("openai/m"), false), call),
                HasSubstr("UnsupportedParamsError"));
    http::fields other;
    other.add("User-Agent", "codexx/1");
    call.headers = &other;
    EXPECT_THAT(sent(members, *serving(params_for("openai/m")), call),
                HasSubstr("UnsupportedParamsError"));
}

TEST(parameter_plan, habits_are_left_out_without_a_word) {
    const auto mistral = serving(params_for("mistral/m"));
    EXPECT_EQ(sent(R"("n":1,"user":"u")", *mistral), R"({"model":"m"})");
    EXPECT_THAT(sent(R"("n":2)", *mistral), HasSubstr("['n']"));
    EXPECT_EQ(sent(R"("user":"u")", *serving(params_for("openai/gpt-4o"))),
              R"({"model":"gpt-4o","user":"u"})");
    inbound_call call;
    call.stream = true;
    EXPECT_EQ(sent(R"("stream":true)", *mistral, call), R"({"model":"m","stream":true})");
}

TEST(parameter_plan, some_providers_have_names_of_their_own) {
    const auto mistral = serving(params_for("mistral/m"));
    EXPECT_EQ(sent(R"("seed":7,"max_completion_tokens":5)", *mistral),
              R"({"model":"m","max_tokens":5,"random_seed":7})");
    EXPECT_EQ(sent(R"("max_tokens":6,"max_completion_tokens":5)", *mistral),
              R"({"model":"m","max_tokens":5})");
    EXPECT_EQ(sent(R"("max_tokens":6,"max_completion_tokens":null)", *mistral),
              R"({"model":"m","max_tokens":6})");
    EXPECT_EQ(sent(R"("max_completion_tokens":5,"seed":7)", *serving(params_for("xai/m"))),
              R"({"model":"m","seed":7,"max_tokens":5})");
    EXPECT_EQ(sent(R"("max_completion_tokens":5)", *serving(params_for("deepseek/m"))),
              R"({"model":"m","max_completion_tokens":5})");
}

TEST(parameter_plan, a_null_is_no_value) {
    const auto target = serving(params_for("openai/m"));
    EXPECT_EQ(sent(R"("verbosity":null)", *target), R"({"model":"m"})");
    EXPECT_EQ(sent(R"("verbosity":"low","verbosity":null)", *target), R"({"model":"m"})");
    EXPECT_THAT(sent(R"("verb\u006fsity":"low")", *target), HasSubstr("['verbosity']"));
}

TEST(parameter_plan, allowed_parameters_pass) {
    auto params = params_for("openai/m");
    params.allowed_openai_params = {"verbosity", "nonsense"};
    const std::string both = R"("verbosity":"low","user":"u")";
    EXPECT_EQ(sent(both, *serving(params)), R"({"model":"m","verbosity":"low"})");
    EXPECT_EQ(sent(both + R"(,"allowed_openai_params":["verbosity","user"])", *serving(params)),
              R"({"model":"m","verbosity":"low","user":"u"})");
    EXPECT_THAT(sent(both + R"(,"allowed_openai_params":[])", *serving(params)),
                HasSubstr("['verbosity']"));
    EXPECT_EQ(sent(both, *serving(params, true)), R"({"model":"m","verbosity":"low"})");
}

TEST(parameter_plan, named_parameters_are_always_dropped) {
    auto params = params_for("openai/m");
    params.additional_drop_params = {"temperature",      "verbosity", "model",
                                     "messages",         "stream",    "tools[*].function.strict",
                                     "response_format.x"};
    params.defaults = {{"temperature", "1"}};
    params.extra_body = {{"temperature", "2"}, {"top_k", "1"}};
    const auto target = serving(params);
    EXPECT_EQ(sent(R"("verbosity":1,"messages":[],"stream":false)", *target),
              R"({"model":"m","messages":[],"stream":false,"top_k":1})");
    EXPECT_EQ(sent(R"("tools":[{"function":{"strict":true,"name":"f"}}],"seed":2)", *target),
              R"({"model":"m","tools":[{"function":{"name":"f"}}],"seed":2,"top_k":1})");
    EXPECT_EQ(sent(R"("extra_body":{"a":1,"b":2},"additional_drop_params":["a","extra_body.b"])",
                   *target),
              R"({"model":"m","temperature":2,"top_k":1})");
    EXPECT_EQ(sent(R"("stream_options":{"include_usage":true},)"
                   R"("additional_drop_params":["stream_options"])",
                   *serving(params_for("openai/m")),
                   [] {
                       inbound_call call;
                       call.stream = true;
                       return call;
                   }()),
              R"({"model":"m"})");
}

TEST(parameter_plan, defaults_are_parameters_too) {
    auto params = with("openai/m", false);
    params.defaults = {{"verbosity", "\"low\""}, {"seed", "1"}};
    EXPECT_THAT(sent(R"("x":1)", *serving(params)), HasSubstr("['verbosity']"));
    EXPECT_EQ(sent(R"("x":1)", *serving(params, true)), R"({"model":"m","x":1,"seed":1})");
    EXPECT_EQ(sent(R"("verbosity":null)", *serving(params)), R"({"model":"m","seed":1})");
}

TEST(reasoning_rules, the_limit_has_one_name) {
    for (const char* model : {"o3-mini", "gpt-5", "gpt-5.1"}) {
        const std::string name = R"({"model":")" + std::string(model) + "\",";
        EXPECT_EQ(sent(R"("max_tokens":5)", *serving(params_for("openai/" + std::string(model)))),
                  name + R"("max_completion_tokens":5})");
        EXPECT_EQ(sent(R"("max_tokens":5,"max_completion_tokens":6)",
                       *serving(params_for("openai/" + std::string(model)))),
                  name + R"("max_completion_tokens":6})");
    }
    EXPECT_EQ(sent(R"("max_tokens":5)", *serving(params_for("openai/gpt-4o"))),
              R"({"model":"gpt-4o","max_tokens":5})");
    EXPECT_EQ(sent(R"("max_tokens":5)", *serving(params_for("openrouter/openai/gpt-5"))),
              R"({"model":"openai/gpt-5","max_tokens":5,"usage":{"include":true}})");
}

TEST(reasoning_rules, only_without_reasoning_values_are_free) {
    const std::string warm = R"("temperature":0.5)";
    EXPECT_THAT(sent(warm, *serving(params_for("openai/o3"))),
                HasSubstr("O-series models don't support temperature=0.5. Only temperature=1 is "
                          "supported."));
    EXPECT_THAT(sent(warm, *serving(params_for("openai/gpt-5"))),
                HasSubstr("gpt-5 doesn't support temperature=0.5 while reasoning is active."));
    EXPECT_EQ(sent(warm, *serving(with("openai/gpt-5", true))), R"({"model":"gpt-5"})");
    for (const char* same : {R"("temperature":1)", R"("temperature":1.0)"}) {
        EXPECT_EQ(sent(same, *serving(params_for("openai/o3"))),
                  R"({"model":"o3",)" + std::string(same) + "}");
    }
    const auto skipping = serving(params_for("openai/gpt-5.1"));
    EXPECT_EQ(sent(R"("temperature":0.5,"top_p":0.1)", *skipping),
              R"({"model":"gpt-5.1","temperature":0.5,"top_p":0.1})");
    EXPECT_THAT(sent(R"("top_p":0.1,"reasoning_effort":"low")", *skipping),
                HasSubstr("gpt-5.1 only supports logprobs, top_p, top_logprobs when "
                          "reasoning_effort resolves to 'none'"));
    EXPECT_THAT(sent(R"("top_p":0.1)", *serving(params_for("openai/gpt-5.5"))),
                HasSubstr("Current reasoning_effort=None."));
    EXPECT_EQ(
        sent(R"("top_p":0.1,"reasoning_effort":"none")", *serving(params_for("openai/gpt-5.5"))),
        R"({"model":"gpt-5.5","top_p":0.1,"reasoning_effort":"none"})");
}

TEST(parameter_plan, lists_that_are_none_are_refused) {
    const auto target = serving(params_for("openai/m"));
    std::string many = "\"a\"";
    for (int i = 0; i < 128; ++i)
        many += ",\"a\"";
    for (const std::string& list : std::vector<std::string>{
             "\"n\"", "{}", "[1]", "[\"" + std::string(300, 'x') + "\"]", "[" + many + "]"}) {
        EXPECT_EQ(sent("\"additional_drop_params\":" + list, *target),
                  "'additional_drop_params' must be a list of names.");
        EXPECT_EQ(sent("\"allowed_openai_params\":" + list, *target),
                  "'allowed_openai_params' must be a list of names.");
    }
    EXPECT_THAT(sent(R"("additional_drop_params":["a[x]"])", *target), HasSubstr("'a[x]'"));
}

TEST(parameter_plan, a_wildcards_model_decides) {
    const auto target = serving(params_for("openai/*"));
    inbound_call call;
    call.upstream_model = "gpt-5";
    EXPECT_THAT(sent(R"("top_p":1)", *target, call), HasSubstr("for model=gpt-5."));
    call.upstream_model = "gpt-4o";
    EXPECT_EQ(sent(R"("top_p":1)", *target, call), R"({"model":"gpt-4o","top_p":1})");
}

std::shared_ptr<const model::deployment> based_on(const std::string& base,
                                                  const std::string& model) {
    config::settings settings;
    config::model_entry entry;
    entry.model_name = "group";
    entry.params = params_for(model);
    entry.info.base_model = base;
    settings.model_list.push_back(entry);
    config::problems found;
    return build_deployments(settings, lookup_in({}), found).at(0);
}

TEST(parameter_plan, a_base_model_adds_what_it_takes) {
    EXPECT_EQ(sent(R"("top_p":1)", *based_on("gpt-4o", "openai/gpt-5-custom")),
              R"({"model":"gpt-5-custom","top_p":1})");
}

TEST(parameter_plan, a_base_model_stands_for_azures_name) {
    const auto target = based_on("azure/o3-mini", "azure/mine");
    EXPECT_EQ(sent(R"("max_tokens":5,"reasoning_effort":"low")", *target),
              R"({"model":"mine","reasoning_effort":"low","max_completion_tokens":5})");
    EXPECT_THAT(sent(R"("top_p":0.5)", *target), HasSubstr("['top_p'], for model=mine"));
}

TEST(parameter_plan, a_configured_name_that_is_no_path_is_told) {
    auto params = params_for("openai/m");
    params.additional_drop_params = {"a[", "seed"};
    const built out = build(params);
    ASSERT_EQ(out.problems.size(), 1);
    EXPECT_THAT(config::to_string(out.problems[0]), HasSubstr("`a[` is no path of a parameter"));
    EXPECT_EQ(sent(R"("seed":1)", *out.deployments.at(0)), R"({"model":"m"})");
}

} // namespace parameter_plan_test
} // namespace llm_proxy::providers
