#pragma once

#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::app {

enum class action {
    serve,
    check,
    health_check,
    print_version,
    print_help,
    print_reference,
    quota,
    copilot_login,
    copilot_status,
    copilot_logout,
};

/// The command line, completed from the environment. What is not given anywhere has its default.
struct options {
    action what = action::serve;
    std::string config_path;
    std::string host;                    // HOST, else 0.0.0.0
    std::optional<std::uint16_t> port;   // PORT, else 4000
    std::optional<unsigned> num_workers; // NUM_WORKERS, else the CPUs at hand
    std::string data_dir;
    std::string ssl_certificate; // --ssl_certfile_path, SSL_CERTFILE_PATH
    std::string ssl_key;         // --ssl_keyfile_path, SSL_KEYFILE_PATH
    /// `litellm_settings.drop_params`, whatever the file says.
    bool drop_params = false;
    bool debug = false;
    bool detailed_debug = false;
    std::optional<unsigned> keepalive_seconds;
    std::optional<unsigned> connection_limit;
    /// LiteLLM's flags that were given and mean nothing here.
    std::vector<std::string> ignored;
    std::string help;
};

/// Parses the arguments after the program's name. The error's message is for people.
result<options> parse_options(const std::vector<std::string>& arguments);

/// Fills in from environment variables what the command line left open.
result<void> complete_options(options& chosen, const config::environment& variables);

} // namespace llm_proxy::app
