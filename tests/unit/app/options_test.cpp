#include "llm_proxy/app/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llm_proxy::app {
namespace options_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using arguments = std::vector<std::string>;

config::environment variables(std::map<std::string, std::string, std::less<>> all) {
    return config::environment(std::move(all));
}

/// The options after both steps, or the error's text in `help`.
options chosen(const arguments& given, const config::environment& environment = {}) {
    auto parsed = parse_options(given);
    if (!parsed) {
        options failed;
        failed.help = parsed.error().message;
        return failed;
    }
    const auto completed = complete_options(*parsed, environment);
    if (!completed) {
        parsed->help = completed.error().message;
    }
    return *parsed;
}

TEST(options_test, have_defaults) {
    const options out = chosen({});
    EXPECT_EQ(out.help, "");
    EXPECT_EQ(out.what, action::serve);
    EXPECT_EQ(out.config_path, "");
    EXPECT_EQ(out.host, "0.0.0.0");
    EXPECT_FALSE(out.port);
    EXPECT_FALSE(out.num_workers);
    EXPECT_FALSE(out.debug);
    EXPECT_FALSE(out.detailed_debug);
    EXPECT_THAT(out.ignored, IsEmpty());
}

TEST(options_test, read_the_command_line) {
    const options out =
        chosen({"-c", "c.yaml", "--host", "::1", "--port", "8080", "--num_workers", "3",
                "--data_dir", "d", "--ssl_certfile_path", "cert", "--ssl_keyfile_path=key",
                "--keepalive_timeout", "5", "--limit_concurrency", "9", "--detailed_debug"});
    EXPECT_EQ(out.help, "");
    EXPECT_EQ(out.config_path, "c.yaml");
    EXPECT_EQ(out.host, "::1");
    EXPECT_EQ(out.port, 8080);
    EXPECT_EQ(out.num_workers, 3U);
    EXPECT_EQ(out.data_dir, "d");
    EXPECT_EQ(out.ssl_certificate, "cert");
    EXPECT_EQ(out.ssl_key, "key");
    EXPECT_EQ(out.keepalive_seconds, 5U);
    EXPECT_EQ(out.connection_limit, 9U);
    EXPECT_TRUE(out.detailed_debug);
    EXPECT_FALSE(out.debug);
    EXPECT_EQ(chosen({"--config", "long.yaml"}).config_path, "long.yaml");
    EXPECT_TRUE(chosen({"--drop_params"}).drop_params);
    EXPECT_FALSE(chosen({}).drop_params);
}

TEST(options_test, choose_what_to_do) {
    EXPECT_EQ(chosen({"--check"}).what, action::check);
    EXPECT_EQ(chosen({"--validate_config"}).what, action::check);
    EXPECT_EQ(chosen({"--healthcheck"}).what, action::health_check);
    EXPECT_EQ(chosen({"--version"}).what, action::print_version);
    EXPECT_EQ(chosen({"-v"}).what, action::print_version);
    EXPECT_EQ(chosen({"--print-config-reference"}).what, action::print_reference);
    const options help = chosen({"--help"});
    EXPECT_EQ(help.what, action::print_help);
    EXPECT_THAT(help.help, HasSubstr("--num_workers"));
}

TEST(options_test, ignore_what_only_litellms_own_server_understands) {
    for (const char* name : {"--run_gunicorn", "--run_hypercorn", "--run_granian", "--use_queue",
                             "--use_prisma_db_push", "--local", "--reload",
                             "--add_function_to_prompt", "--use_legacy_migration_resolver"}) {
        const options out = chosen({name, "--port", "1"});
        EXPECT_EQ(out.help, "") << name;
        EXPECT_THAT(out.ignored, ElementsAre(name));
        EXPECT_EQ(out.port, 1) << name;
    }
    for (const std::string name :
         {"--telemetry", "--log_config", "--max_requests_before_restart",
          "--max_requests_before_restart_jitter", "--timeout_worker_healthcheck",
          "--granian_threads", "--ciphers", "--prometheus_metrics_port"}) {
        for (const arguments& given :
             {arguments{name, "7", "--port", "1"}, arguments{name + "=7", "--port", "1"},
              arguments{"--port", "1", name}}) {
            const options out = chosen(given);
            EXPECT_EQ(out.help, "") << name;
            EXPECT_THAT(out.ignored, ElementsAre(name));
            EXPECT_EQ(out.port, 1) << name;
        }
    }
    EXPECT_THAT(chosen({"--telemetry", "False", "--reload"}).ignored.size(), 2U);
}

TEST(options_test, refuse_what_nobody_knows) {
    EXPECT_THAT(chosen({"--no_such_thing"}).help, HasSubstr("--no_such_thing"));
    EXPECT_THAT(chosen({"--no_such_thing"}).help, HasSubstr("--help lists the options"));
    EXPECT_NE(chosen({"surplus"}).help, "");
}

TEST(options_test, refuse_a_port_that_is_none) {
    for (const char* port : {"65536", "-1", "http", "80x", "1.5"}) {
        EXPECT_THAT(chosen({"--port", port}).help, HasSubstr("--port")) << port;
    }
    for (const char* port : {"65536", "-1", "http", "80x", " 80", "1.5", "99999999999999999999"}) {
        EXPECT_THAT(chosen({}, variables({{"PORT", port}})).help,
                    "PORT: `" + std::string(port) + "` is not a number in range");
    }
    EXPECT_EQ(chosen({"--port", "65535"}).port, 65535);
    EXPECT_EQ(chosen({}, variables({{"PORT", "65535"}})).port, 65535);
}

TEST(options_test, take_from_the_environment_what_the_command_line_leaves_open) {
    const auto environment = variables({{"HOST", "127.0.0.1"},
                                        {"PORT", "5000"},
                                        {"NUM_WORKERS", "4"},
                                        {"DATA_DIR", "d"},
                                        {"SSL_CERTFILE_PATH", "cert"},
                                        {"SSL_KEYFILE_PATH", "key"},
                                        {"KEEPALIVE_TIMEOUT", "6"},
                                        {"LIMIT_CONCURRENCY", "8"},
                                        {"DEBUG", "true"},
                                        {"DETAILED_DEBUG", "True"}});
    const options open = chosen({}, environment);
    EXPECT_EQ(open.help, "");
    EXPECT_EQ(open.host, "127.0.0.1");
    EXPECT_EQ(open.port, 5000);
    EXPECT_EQ(open.num_workers, 4U);
    EXPECT_EQ(open.data_dir, "d");
    EXPECT_EQ(open.ssl_certificate, "cert");
    EXPECT_EQ(open.ssl_key, "key");
    EXPECT_EQ(open.keepalive_seconds, 6U);
    EXPECT_EQ(open.connection_limit, 8U);
    EXPECT_TRUE(open.debug);
    EXPECT_TRUE(open.detailed_debug);
    const options given =
        chosen({"--host", "::1", "--port", "1", "--num_workers", "2"}, environment);
    EXPECT_EQ(given.host, "::1");
    EXPECT_EQ(given.port, 1);
    EXPECT_EQ(given.num_workers, 2U);
}

TEST(options_test, empty_variables_are_as_good_as_none) {
    const options out = chosen(
        {}, variables({{"HOST", ""}, {"PORT", ""}, {"DEBUG", "false"}, {"NUM_WORKERS", ""}}));
    EXPECT_EQ(out.help, "");
    EXPECT_EQ(out.host, "0.0.0.0");
    EXPECT_FALSE(out.port);
    EXPECT_FALSE(out.debug);
}

TEST(options_test, know_copilots_commands) {
    EXPECT_EQ(chosen({"copilot", "login"}).what, action::copilot_login);
    EXPECT_EQ(chosen({"copilot", "status"}).what, action::copilot_status);
    EXPECT_EQ(chosen({"copilot", "logout"}).what, action::copilot_logout);
    EXPECT_EQ(chosen({"-c", "c.yaml", "copilot", "login"}).config_path, "c.yaml");
    EXPECT_EQ(chosen({"copilot", "login", "--config", "c.yaml"}).config_path, "c.yaml");
    EXPECT_NE(chosen({"copilot"}).help, "");
    EXPECT_NE(chosen({"copilot", "sing"}).help, "");
    EXPECT_EQ(chosen({"copilot", "login", "--help"}).what, action::print_help);
}

TEST(options_test, refuse_no_workers) {
    EXPECT_THAT(chosen({"--num_workers", "0"}).help, HasSubstr("at least 1"));
    EXPECT_THAT(chosen({}, variables({{"NUM_WORKERS", "0"}})).help, HasSubstr("at least 1"));
}

TEST(options_test, tls_needs_both_files) {
    EXPECT_THAT(chosen({"--ssl_certfile_path", "c"}).help, HasSubstr("both"));
    EXPECT_THAT(chosen({"--ssl_keyfile_path", "k"}).help, HasSubstr("both"));
    EXPECT_THAT(chosen({}, variables({{"SSL_KEYFILE_PATH", "k"}})).help, HasSubstr("both"));
    EXPECT_EQ(chosen({"--ssl_certfile_path", "c"}, variables({{"SSL_KEYFILE_PATH", "k"}})).help,
              "");
}

} // namespace options_test
} // namespace llm_proxy::app
