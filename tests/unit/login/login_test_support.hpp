#pragma once

#include "llm_proxy/login/copilot_settings.hpp"
#include "llm_proxy/login/reply.hpp"
#include "llm_proxy/login/token_files.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::test {

using variables = std::map<std::string, std::string, std::less<>>;

inline result<login::copilot_settings> read_settings(const variables& known) {
    return login::read_copilot_settings(
        [&](std::string_view name) -> std::optional<std::string> {
            const auto found = known.find(name);
            return found == known.end() ? std::nullopt : std::optional(found->second);
        },
        {});
}

/// Settings whose three URLs lie on one host.
inline login::copilot_settings settings_at(const std::string& url, const std::string& folder) {
    return read_settings({{"GITHUB_COPILOT_TOKEN_DIR", folder},
                          {"GITHUB_COPILOT_DEVICE_CODE_URL", url + "/login/device/code"},
                          {"GITHUB_COPILOT_ACCESS_TOKEN_URL", url + "/login/oauth/access_token"},
                          {"GITHUB_COPILOT_API_KEY_URL", url + "/copilot_internal/v2/token"}})
        .value();
}

/// Time for tests: seconds after a day in 2026.
inline login::clock::time_point at(double seconds) {
    return login::clock::time_point(std::chrono::seconds(1795000000)) +
           std::chrono::duration_cast<login::clock::duration>(
               std::chrono::duration<double>(seconds));
}

/// An exchange's answer whose token ends at `at(expires)`.
inline std::string exchange_body(const std::string& token, double expires) {
    return R"({"token":")" + token + R"(","expires_at":)" +
           std::to_string(login::clock::to_time_t(at(expires))) +
           R"(,"endpoints":{"api":"https://api.individual.githubcopilot.com"},"sku":"x"})";
}

inline login::kept_tokens kept(const std::string& access_token, const std::string& document = "") {
    login::kept_tokens out;
    out.access_token = secret(access_token);
    out.document = secret(document);
    return out;
}

constexpr std::string_view code_body =
    R"({"device_code":"dev-secret","user_code":"ABCD-1234",)"
    R"("verification_uri":"https://github.com/login/device","expires_in":899,"interval":5})";

} // namespace llm_proxy::test
