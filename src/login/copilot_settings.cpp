#include "llm_proxy/login/copilot_settings.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace llm_proxy::login {

namespace {

using variable_reader = std::function<std::optional<std::string>(std::string_view)>;

std::string value_of(const variable_reader& variable, std::string_view name,
                     std::string_view preset) {
    auto value = variable(name);
    return value && !value->empty() ? std::move(*value) : std::string(preset);
}

result<model::base_url> url_of(const variable_reader& variable, std::string_view name,
                               std::string_view preset, const config::tls_verify& verify) {
    auto parsed = model::parse_base_url(value_of(variable, name, preset), verify);
    if (!parsed) {
        return error(500, "internal_server_error",
                     std::string(name) + ": " + parsed.error().message);
    }
    return parsed;
}

result<void> take_address(const variable_reader& variable, std::string_view name,
                          std::string_view preset, const config::tls_verify& verify, address& out) {
    auto parsed = url_of(variable, name, preset, verify);
    if (!parsed) {
        return parsed.error();
    }
    out.origin = std::move(parsed->origin);
    out.path = parsed->path.empty() ? "/" : std::move(parsed->path);
    return {};
}

bool is_github_host(std::string_view host) {
    constexpr std::array<std::string_view, 3> domains{".github.com", ".githubcopilot.com",
                                                      ".ghe.com"};
    return host == "github.com" ||
           std::ranges::any_of(domains, [&](std::string_view end) { return host.ends_with(end); });
}

} // namespace

result<copilot_settings> read_copilot_settings(const variable_reader& variable,
                                               const config::tls_verify& verify) {
    constexpr std::string_view key_url = "GITHUB_COPILOT_API_KEY_URL";
    copilot_settings out;
    out.folder = value_of(variable, "GITHUB_COPILOT_TOKEN_DIR",
                          value_of(variable, "HOME", ".") + "/.config/litellm/github_copilot");
    out.access_token_file =
        out.folder / value_of(variable, "GITHUB_COPILOT_ACCESS_TOKEN_FILE", "access-token");
    out.api_key_file =
        out.folder / value_of(variable, "GITHUB_COPILOT_API_KEY_FILE", "api-key.json");
    out.client_id = value_of(variable, "GITHUB_COPILOT_CLIENT_ID", "Iv1.b507a08c87ecfe98");
    out.verify = verify;
    for (const auto& taken :
         {take_address(variable, "GITHUB_COPILOT_DEVICE_CODE_URL",
                       "https://github.com/login/device/code", verify, out.device_code),
          take_address(variable, "GITHUB_COPILOT_ACCESS_TOKEN_URL",
                       "https://github.com/login/oauth/access_token", verify, out.access_token),
          take_address(variable, key_url, "https://api.github.com/copilot_internal/v2/token",
                       verify, out.api_key)}) {
        if (!taken) {
            return taken.error();
        }
    }
    auto base =
        url_of(variable, "GITHUB_COPILOT_API_BASE", "https://api.githubcopilot.com", verify);
    if (!base) {
        return base.error();
    }
    out.api_base = std::move(*base);
    if (!value_of(variable, key_url, "").empty()) {
        out.trusted_host = out.api_key.origin.host;
    }
    return out;
}

result<model::base_url> choose_api_base(const copilot_settings& settings,
                                        std::string_view token_endpoint) {
    if (token_endpoint.empty()) {
        return settings.api_base;
    }
    auto parsed = model::parse_base_url(token_endpoint, settings.verify);
    if (!parsed) {
        return error(502, "internal_server_error",
                     "the token's endpoint is no base URL: " + parsed.error().message);
    }
    const model::endpoint& origin = parsed->origin;
    const bool github = origin.tls && is_github_host(origin.host);
    if (!github && (settings.trusted_host.empty() || origin.host != settings.trusted_host)) {
        return error(502, "internal_server_error",
                     "the token's endpoint " + origin.host_header +
                         " is no https address of GitHub's, so the token is not sent there");
    }
    return parsed;
}

} // namespace llm_proxy::login
