#pragma once

#include "llm_proxy/login/copilot_settings.hpp"
#include "llm_proxy/util/secret.hpp"

#include <memory>
#include <string>

namespace llm_proxy::login {

/// A request to GitHub, ready to be sent. Its text holds a secret.
struct github_request {
    std::shared_ptr<const model::endpoint> to;
    std::string text;
};

// Paths, members and headers as LiteLLM sends them (`llms/github_copilot/authenticator.py`), but
// for `br`, which is not decoded here.

github_request device_code_request(const copilot_settings& settings);
github_request poll_request(const copilot_settings& settings, const secret& device_code);
github_request exchange_request(const copilot_settings& settings, const secret& access_token);

} // namespace llm_proxy::login
