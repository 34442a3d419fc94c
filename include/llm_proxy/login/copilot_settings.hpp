#pragma once

#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/util/error.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::login {

/// An URL that is asked as it stands.
struct address {
    model::endpoint origin;
    std::string path;
};

/// Where GitHub's login for Copilot is, and where its tokens are kept. Names and defaults are those
/// of LiteLLM's `llms/github_copilot/authenticator.py`.
struct copilot_settings {
    std::filesystem::path folder;            // GITHUB_COPILOT_TOKEN_DIR
    std::filesystem::path access_token_file; // GITHUB_COPILOT_ACCESS_TOKEN_FILE, inside `folder`
    std::filesystem::path api_key_file;      // GITHUB_COPILOT_API_KEY_FILE, inside `folder`
    std::string client_id;                   // GITHUB_COPILOT_CLIENT_ID
    address device_code;                     // GITHUB_COPILOT_DEVICE_CODE_URL
    address access_token;                    // GITHUB_COPILOT_ACCESS_TOKEN_URL
    address api_key;                         // GITHUB_COPILOT_API_KEY_URL
    /// Serves where a token names no endpoint: GITHUB_COPILOT_API_BASE or Copilot's own.
    model::base_url api_base;
    /// The host of GITHUB_COPILOT_API_KEY_URL, which whoever sets that trusts; empty by default.
    std::string trusted_host;
    config::tls_verify verify;
};

/// Reads the variables; an empty one counts as unset. The error names the variable that is wrong.
result<copilot_settings>
read_copilot_settings(const std::function<std::optional<std::string>(std::string_view)>& variable,
                      const config::tls_verify& verify);

/// Where calls go, by `endpoints.api` of a token (may be empty). As the token goes there, it must
/// be https on a host of GitHub's or lie on the trusted host.
result<model::base_url> choose_api_base(const copilot_settings& settings,
                                        std::string_view token_endpoint);

} // namespace llm_proxy::login
