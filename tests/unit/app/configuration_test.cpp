#include "llm_proxy/app/configuration.hpp"
#include "llm_proxy/config/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder.hpp"

namespace llm_proxy::app {
namespace configuration_test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class configuration_test : public testing::Test {
protected:
    configuration read(std::string_view yaml) {
        folder.write("config.yaml", yaml);
        chosen.config_path = folder.path("config.yaml");
        return read_configuration(chosen, process);
    }
    struct checked {
        int status = 0;
        std::string printed;
    };
    checked check(std::string_view yaml) {
        folder.write("config.yaml", yaml);
        testing::internal::CaptureStdout();
        checked out;
        chosen.config_path = folder.path("config.yaml");
        out.status = check_configuration(chosen, process);
        out.printed = testing::internal::GetCapturedStdout();
        return out;
    }

    test::temporary_folder folder;
    options chosen;
    config::environment process{{{"LITELLM_MASTER_KEY", "sk-0123456789abcdef"}}};
};

constexpr std::string_view good = "model_list:\n"
                                  "  - {model_name: m, litellm_params: {model: openai/x, "
                                  "api_key: os.environ/MY_KEY, api_base: \"http://h.test/v1\"}}\n";

TEST_F(configuration_test, reads_and_resolves) {
    process.set("MY_KEY", "sk-provider-0123456789");
    const configuration out = read(good);
    ASSERT_TRUE(out.snapshot) << config::describe_problems(out.found);
    EXPECT_THAT(out.found, IsEmpty()) << config::describe_problems(out.found);
    ASSERT_THAT(out.snapshot->models.deployments(), SizeIs(1));
    const auto& made = *out.snapshot->models.deployments()[0];
    EXPECT_EQ(made.group, "m");
    EXPECT_EQ(made.provider, "openai");
    EXPECT_EQ(made.key.reveal(), "sk-provider-0123456789");
    EXPECT_EQ(made.api_base, "http://h.test/v1");
}

TEST_F(configuration_test, variables_of_the_file_reach_the_providers) {
    folder.write(".env", "MY_KEY=sk-from-dotenv-012345\n");
    const configuration out = read(good);
    ASSERT_TRUE(out.snapshot);
    EXPECT_EQ(out.snapshot->models.deployments().at(0)->key.reveal(), "sk-from-dotenv-012345");
    EXPECT_EQ(out.variables.get("MY_KEY"), "sk-from-dotenv-012345");
}

TEST_F(configuration_test, a_fatal_problem_leaves_nothing_to_serve) {
    for (const std::string_view yaml : {"model_list: [", "- a list\n"}) {
        const configuration out = read(yaml);
        EXPECT_FALSE(out.snapshot) << yaml;
        EXPECT_TRUE(config::has_fatal(out.found)) << yaml;
    }
    chosen.config_path = folder.path("none.yaml");
    const configuration missing = read_configuration(chosen, process);
    EXPECT_FALSE(missing.snapshot);
    EXPECT_TRUE(config::has_fatal(missing.found));
}

TEST_F(configuration_test, the_command_line_can_say_to_drop_parameters) {
    const std::string keeping = std::string(good) + "litellm_settings: {drop_params: false}\n";
    EXPECT_EQ(read(keeping).snapshot->settings->litellm.drop_params, false);
    chosen.drop_params = true;
    const configuration out = read(keeping);
    EXPECT_EQ(out.snapshot->settings->litellm.drop_params, true);
    EXPECT_EQ(out.snapshot->models.deployments().at(0)->parameters.drop_everywhere, true);
}

TEST_F(configuration_test, another_problem_costs_only_the_part_it_names) {
    process.set("MY_KEY", "sk-provider-0123456789");
    const configuration out =
        read(std::string(good) + "  - {model_name: n, litellm_params: {model: nobody-knows/x}}\n");
    ASSERT_TRUE(out.snapshot);
    EXPECT_TRUE(config::has_errors(out.found));
    EXPECT_FALSE(config::has_fatal(out.found));
    ASSERT_THAT(out.snapshot->models.deployments(), SizeIs(1));
    EXPECT_EQ(out.snapshot->models.deployments()[0]->group, "m");
}

TEST_F(configuration_test, checking_prints_the_effective_configuration_without_secrets) {
    process.set("MY_KEY", "sk-provider-0123456789");
    const checked out = check(good);
    EXPECT_EQ(out.status, 0) << out.printed;
    EXPECT_THAT(out.printed, HasSubstr("openai/x"));
    EXPECT_THAT(out.printed, Not(HasSubstr("sk-provider-0123456789")));
    EXPECT_THAT(out.printed, Not(HasSubstr("sk-0123456789abcdef")));
}

TEST_F(configuration_test, checking_fails_where_something_is_wrong) {
    const checked broken = check("model_list: [");
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.printed, HasSubstr("error:"));
    const checked partly =
        check("model_list:\n  - {model_name: n, litellm_params: {model: nobody-knows/x}}\n");
    EXPECT_EQ(partly.status, 1);
    EXPECT_THAT(partly.printed, HasSubstr("nobody-knows"));
}

} // namespace configuration_test
} // namespace llm_proxy::app
