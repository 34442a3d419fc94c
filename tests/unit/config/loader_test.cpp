#include "llm_proxy/config/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_test_support.hpp"
#include <fstream>
#include <unistd.h>

namespace llm_proxy::config {
namespace loader_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A folder of its own for one test.
class loading : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        variables_.set("LITELLM_MASTER_KEY", "sk-0123456789abcdef");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    loaded load_main() const { return load(path("config.yaml"), variables_); }

    static std::vector<std::string> names(const loaded& read) {
        std::vector<std::string> all;
        for (const model_entry& entry : read.config->model_list)
            all.push_back(entry.model_name);
        return all;
    }

    std::filesystem::path folder_;
    environment variables_;
};

TEST_F(loading, joins_lists_and_replaces_other_values_of_included_files) {
    write("config.yaml", "include: [more/a.yaml, b.yaml]\n"
                         "model_list: [{model_name: main, litellm_params: {model: openai/m}}]\n"
                         "litellm_settings: {request_timeout: 5, json_logs: true}\n");
    write("more/a.yaml", "include: [c.yaml, ../config.yaml, a.yaml]\n"
                         "model_list: [{model_name: a, litellm_params: {model: openai/a}}]\n"
                         "litellm_settings: {set_verbose: true}\n");
    write("b.yaml", "model_list: [{model_name: b, litellm_params: {model: openai/b}}]\n");
    write("more/c.yaml", "model_list: [{model_name: c, litellm_params: {model: openai/c}}]\n");
    const loaded read = load_main();
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_TRUE(read.found.empty()) << text_of(read.found);
    EXPECT_THAT(names(read), ElementsAre("main", "a", "b", "c"));
    EXPECT_FALSE(read.config->litellm.request_timeout);
    EXPECT_FALSE(read.config->litellm.json_logs);
    EXPECT_TRUE(read.config->litellm.set_verbose);
    EXPECT_THAT(read.config->files, ElementsAre(path("config.yaml"), path("more/a.yaml"),
                                                path("b.yaml"), path("more/c.yaml")));
    EXPECT_EQ(*read.config->model_list[1].where.file, path("more/a.yaml"));
    EXPECT_EQ(read.config->model_list[1].where.line, 2);
}

TEST_F(loading, reads_a_nested_include_beside_the_main_file_if_it_is_only_there) {
    write("config.yaml", "include: [more/a.yaml]\n");
    write("more/a.yaml", "include: [b.yaml]\n");
    write("b.yaml", "model_list: [{model_name: b, litellm_params: {model: openai/b}}]\n");
    const loaded read = load_main();
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_THAT(names(read), ElementsAre("b"));
}

TEST_F(loading, names_the_include_that_is_missing_or_wrong) {
    write("config.yaml", "general_settings:\ninclude:\n  - none.yaml\n");
    loaded read = load_main();
    EXPECT_FALSE(read.config);
    EXPECT_EQ(text_of(read.found), path("config.yaml") + ":3:5: error: include: cannot read " +
                                       path("none.yaml") + "\n");
    write("config.yaml", "include: none.yaml\n");
    EXPECT_THAT(text_of(load_main().found), HasSubstr(":1:10: error: include: must be a list"));
    write("config.yaml", "include: [a.yaml]\n");
    write("a.yaml", "- 1\n");
    EXPECT_THAT(text_of(load_main().found), HasSubstr("a.yaml:1:1: error: the file must be a map"));
}

TEST_F(loading, refuses_a_file_that_is_missing_empty_or_no_mapping) {
    EXPECT_THAT(text_of(load_main().found), HasSubstr("error: cannot read " + path("config.yaml")));
    write("config.yaml", "# nothing\n");
    EXPECT_THAT(text_of(load_main().found), HasSubstr("the file is empty"));
    write("config.yaml", "- a\n");
    EXPECT_THAT(text_of(load_main().found), HasSubstr("must be a mapping at its top level"));
    std::filesystem::remove(path("config.yaml"));
    write("config.yaml/x", "");
    EXPECT_FALSE(load_main().config);
}

TEST_F(loading, reads_the_dotenv_beside_the_file_beneath_the_environment) {
    write(".env", "KEY=sk-from-dotenv\nBASE=http://dotenv\n");
    write("config.yaml", "model_list:\n"
                         "  - model_name: a\n"
                         "    litellm_params:\n"
                         "      {model: openai/a, api_key: os.environ/KEY, "
                         "api_base: os.environ/BASE}\n");
    variables_.set("BASE", "http://process");
    loaded read = load_main();
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->model_list[0].params.api_key->reveal(), "sk-from-dotenv");
    EXPECT_EQ(read.config->model_list[0].params.api_base, "http://process");
    EXPECT_EQ(read.config->files.back(), path(".env"));
    EXPECT_EQ(read.variables.get("KEY"), "sk-from-dotenv");

    variables_.set("LITELLM_MODE", "PRODUCTION");
    read = load_main();
    ASSERT_TRUE(read.config);
    EXPECT_FALSE(read.config->model_list[0].params.api_key);
    EXPECT_THAT(text_of(read.found), HasSubstr("config.yaml:4:34: warning: "
                                               "model_list[0].litellm_params.api_key: "
                                               "environment variable KEY is not set"));
}

TEST(environment_variables, are_set_first_but_for_dangerous_ones) {
    environment variables({{"OTHER", "from-other"}, {"KEPT", "kept"}});
    const loaded read = load_with_key("model_list:\n"
                                      "  - model_name: a\n"
                                      "    litellm_params: {model: os.environ/M, api_key: "
                                      "os.environ/K, organization: os.environ/KEPT}\n"
                                      "environment_variables:\n"
                                      "  M: openai/set\n"
                                      "  K: os.environ/OTHER\n"
                                      "  KEPT: os.environ/UNSET\n"
                                      "  N: 7\n"
                                      "  LD_PRELOAD: evil.so\n",
                                      std::move(variables));
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->model_list[0].params.model, "openai/set");
    EXPECT_EQ(read.config->model_list[0].params.api_key->reveal(), "from-other");
    EXPECT_EQ(read.config->model_list[0].params.organization, "kept");
    EXPECT_EQ(read.variables.get("N"), "7");
    EXPECT_FALSE(read.variables.get("LD_PRELOAD"));
    EXPECT_THAT(text_of(read.found),
                HasSubstr("config.yaml:9:3: warning: environment_variables.LD_PRELOAD: "));
}

TEST(environment_references, are_replaced_at_any_depth) {
    environment variables({{"TEXT", "text"}, {"YES", "TRUE"}, {"RPM", "10"}, {"HEAT", "0.25"}});
    const loaded read = load_with_key(R"(
model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      rpm: os.environ/RPM
      temperature: os.environ/HEAT
      stop: [os.environ/TEXT, plain os.environ/TEXT]
      extra_body: {deep: [{flag: os.environ/YES, none: os.environ/TEXTT}]}
)",
                                      std::move(variables));
    ASSERT_TRUE(read.config) << text_of(read.found);
    const litellm_params& params = read.config->model_list[0].params;
    EXPECT_EQ(params.rpm, 10);
    ASSERT_EQ(params.defaults.size(), 2U);
    EXPECT_EQ(params.defaults[0].json, "0.25");
    EXPECT_EQ(params.defaults[1].json, R"(["text","plain os.environ/TEXT"])");
    EXPECT_EQ(params.extra_body[0].json, R"([{"flag":true,"none":null}])");
    EXPECT_THAT(text_of(read.found),
                HasSubstr("config.yaml:9:56: warning: "
                          "model_list[0].litellm_params.extra_body.deep[0].none: environment "
                          "variable TEXTT is not set; did you mean `TEXT`?"));
}

} // namespace loader_test
} // namespace llm_proxy::config
