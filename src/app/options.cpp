#include "llm_proxy/app/options.hpp"

#include "llm_proxy/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace llm_proxy::app {

namespace {

/// LiteLLM's switches that users' commands carry: how its own server runs does not apply here.
constexpr std::array ignored_flags{
    "--run_gunicorn", "--run_hypercorn",          "--run_granian",
    "--use_queue",    "--use_prisma_db_push",     "--local",
    "--reload",       "--add_function_to_prompt", "--use_legacy_migration_resolver"};

/// The same with a value.
constexpr std::array ignored_options{"--telemetry",
                                     "--log_config",
                                     "--max_requests_before_restart",
                                     "--max_requests_before_restart_jitter",
                                     "--timeout_worker_healthcheck",
                                     "--granian_threads",
                                     "--ciphers",
                                     "--prometheus_metrics_port"};

void describe(CLI::App& cli, options& out) {
    cli.add_option("-c,--config", out.config_path, "Configuration file (CONFIG_FILE_PATH)");
    cli.add_option("--host", out.host, "Address to listen on (HOST; 0.0.0.0)");
    cli.add_option("--port", out.port, "Port to listen on (PORT; 4000)");
    cli.add_option("--num_workers", out.num_workers, "Threads (NUM_WORKERS; the CPUs at hand)");
    cli.add_option("--data_dir", out.data_dir,
                   "Folder for the daemon's own files (DATA_DIR; data)");
    cli.add_option("--ssl_certfile_path", out.ssl_certificate, "Serve TLS with this certificate");
    cli.add_option("--ssl_keyfile_path", out.ssl_key, "The certificate's key");
    cli.add_option("--keepalive_timeout", out.keepalive_seconds, "Seconds an idle client is kept");
    cli.add_option("--limit_concurrency", out.connection_limit, "Connections at once");
    cli.add_flag("--drop_params", out.drop_params,
                 "Leave out parameters that a provider does not know");
    cli.add_flag("--debug", out.debug, "Log more (DEBUG)");
    cli.add_flag("--detailed_debug", out.detailed_debug, "Log most (DETAILED_DEBUG)");
}

struct switches {
    bool check = false;
    bool health_check = false;
    bool version = false;
    bool reference = false;
    std::optional<action> command;
};

void describe_actions(CLI::App& cli, switches& chosen) {
    cli.add_flag("--check,--validate_config", chosen.check, "Check the configuration and exit");
    cli.add_flag("--healthcheck", chosen.health_check, "Ask the running server and exit 0 or 1");
    cli.add_flag("-v,--version", chosen.version, "Print the version");
    cli.add_flag("--print-config-reference", chosen.reference,
                 "Print the configuration reference in Markdown");
}

/// `llm-proxy copilot login` and its like; options may stand before or after.
void describe_copilot(CLI::App& cli, std::optional<action>& chosen) {
    CLI::App* copilot = cli.add_subcommand("copilot", "GitHub Copilot's login, then exit");
    copilot->require_subcommand(1)->fallthrough();
    const auto add = [&](const char* name, const char* text, action what) {
        copilot->add_subcommand(name, text)->fallthrough()->callback([&chosen, what] {
            chosen = what;
        });
    };
    add("login", "Log in: shows a code to enter on GitHub's page, and waits",
        action::copilot_login);
    add("status", "Tell whether there is a login (exit 0) or not (exit 1)", action::copilot_status);
    add("logout", "Forget the login: removes its files", action::copilot_logout);
}

void describe_ignored(CLI::App& cli, std::vector<std::string>& seen) {
    for (const char* name : ignored_flags) {
        cli.add_flag_callback(name, [name, &seen] { seen.emplace_back(name); })->group("");
    }
    for (const char* name : ignored_options) {
        cli.add_option_function<std::string>(
               name, [name, &seen](const std::string&) { seen.emplace_back(name); })
            ->expected(0, 1)
            ->group("");
    }
}

action chosen_action(const switches& chosen) {
    if (chosen.version) {
        return action::print_version;
    }
    if (chosen.reference) {
        return action::print_reference;
    }
    if (chosen.health_check) {
        return action::health_check;
    }
    return chosen.check ? action::check : chosen.command.value_or(action::serve);
}

template <class Number>
result<void> take_number(const config::environment& variables, const char* name,
                         std::optional<Number>& out) {
    const auto text = variables.get(name);
    if (out || !text || text->empty()) {
        return {};
    }
    Number value = 0;
    const auto end = std::from_chars(text->data(), text->data() + text->size(), value);
    if (end.ec != std::errc() || end.ptr != text->data() + text->size()) {
        return error(500, "", std::string(name) + ": `" + *text + "` is not a number in range");
    }
    out = value;
    return {};
}

void take_text(const config::environment& variables, const char* name, std::string& out) {
    if (out.empty()) {
        out = variables.get(name).value_or("");
    }
}

bool is_on(const config::environment& variables, const char* name) {
    const std::string text = variables.get(name).value_or("");
    return text == "true" || text == "True" || text == "1";
}

} // namespace

result<options> parse_options(const std::vector<std::string>& arguments) {
    options out;
    switches chosen;
    CLI::App cli("LLM Proxy " + std::string(version) +
                     ": many models behind one OpenAI-compatible address",
                 "llm-proxy");
    // The last wins, so that a wrapper's own options can be overridden.
    cli.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    describe(cli, out);
    describe_actions(cli, chosen);
    describe_copilot(cli, chosen.command);
    cli.add_subcommand("quota", "Show how the limits of the running gateway stand, then exit")
        ->fallthrough()
        ->callback([&chosen] { chosen.command = action::quota; });
    describe_ignored(cli, out.ignored);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
        cli.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        out.what = action::print_help;
        out.help = cli.help();
        return out;
    } catch (const CLI::ParseError& wrong) {
        return error(500, "", std::string(wrong.what()) + " (llm-proxy --help lists the options)");
    }
    out.what = chosen_action(chosen);
    return out;
}

result<void> complete_options(options& chosen, const config::environment& variables) {
    take_text(variables, "HOST", chosen.host);
    take_text(variables, "DATA_DIR", chosen.data_dir);
    take_text(variables, "SSL_CERTFILE_PATH", chosen.ssl_certificate);
    take_text(variables, "SSL_KEYFILE_PATH", chosen.ssl_key);
    for (const auto& taken :
         {take_number(variables, "PORT", chosen.port),
          take_number(variables, "NUM_WORKERS", chosen.num_workers),
          take_number(variables, "KEEPALIVE_TIMEOUT", chosen.keepalive_seconds),
          take_number(variables, "LIMIT_CONCURRENCY", chosen.connection_limit)}) {
        if (!taken) {
            return taken.error();
        }
    }
    if (chosen.host.empty()) {
        chosen.host = "0.0.0.0";
    }
    if (chosen.num_workers && *chosen.num_workers == 0) {
        return error(500, "", "--num_workers must be at least 1");
    }
    if (chosen.ssl_certificate.empty() != chosen.ssl_key.empty()) {
        return error(500, "", "TLS needs both --ssl_certfile_path and --ssl_keyfile_path");
    }
    chosen.debug = chosen.debug || is_on(variables, "DEBUG");
    chosen.detailed_debug = chosen.detailed_debug || is_on(variables, "DETAILED_DEBUG");
    return {};
}

} // namespace llm_proxy::app
