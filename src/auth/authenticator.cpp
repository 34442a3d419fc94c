#include "llm_proxy/auth/authenticator.hpp"

#include "llm_proxy/util/strings.hpp"

#include <array>
#include <optional>

namespace llm_proxy::auth {

namespace {

constexpr std::string_view malformed_text =
    "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.";

error refuse(std::string type, std::string message) {
    error out(401, std::move(type), std::move(message));
    out.param = "None"; // LiteLLM writes Python's None as a string here
    return out;
}

/// The key in a signature of AWS's form: `Credential=key/…` or `Credential=Bearer key/…`.
std::string_view signature_key(std::string_view value) {
    constexpr std::string_view credential = "Credential=";
    const std::size_t at = value.find(credential);
    if (at == std::string_view::npos) {
        return {};
    }
    value.remove_prefix(at + credential.size());
    if (value.starts_with("Bearer ")) {
        value = trim(value.substr(7));
    }
    return value.substr(0, value.find_first_of("/, \t"));
}

/// The key inside an Authorization value; empty if it is malformed.
std::string_view strip_scheme(std::string_view value) {
    value = trim(value);
    if (value.starts_with("AWS4-HMAC-SHA256")) {
        return signature_key(value);
    }
    for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic "}) {
        if (value.starts_with(scheme)) {
            return value.substr(scheme.size());
        }
    }
    return {};
}

/// A header that may hold the key alone or after `Bearer `.
std::string_view strip_bearer(std::string_view value) {
    return value.starts_with("Bearer ") ? value.substr(7) : value;
}

struct presented {
    std::optional<std::string_view> key;
    bool malformed = false;
};

presented find_key(const http::fields& headers) {
    if (const auto own = headers.find("x-litellm-api-key")) {
        return {strip_bearer(*own), false};
    }
    const auto authorization = headers.find("authorization");
    if (authorization && !authorization->empty()) { // an empty one counts as none
        const std::string_view key = strip_scheme(*authorization);
        return {key, key.empty()};
    }
    constexpr std::array<std::string_view, 4> raw{"api-key", "x-api-key", "x-goog-api-key",
                                                  "ocp-apim-subscription-key"};
    for (const std::string_view name : raw) {
        if (const auto value = headers.find(name)) {
            return {value, false};
        }
    }
    return {};
}

/// At most the last four characters show.
std::string abbreviate(std::string_view key) {
    return key.size() > 8 ? "sk-..." + std::string(key.substr(key.size() - 4)) : "sk-...";
}

error unknown_key(std::string_view key) {
    if (!key.starts_with("sk-")) {
        return refuse("auth_error", "Authentication Error, LiteLLM Virtual Key expected. "
                                    "Received=****, expected to start with 'sk-'.");
    }
    error out(401, "token_not_found_in_db",
              "Authentication Error, Invalid proxy server token passed. Received API Key = " +
                  abbreviate(key) +
                  ". Unable to find token in cache or `LiteLLM_VerificationTokenTable`");
    out.param = "key";
    return out;
}

} // namespace

authenticator::authenticator(const config::general_settings& settings)
    : master_key_(settings.master_key), key_header_(settings.key_header_name),
      open_(settings.master_key.empty()) {}

result<caller> authenticator::authenticate(const http::fields& headers) const {
    if (open_) {
        return caller();
    }
    presented found;
    if (key_header_.empty()) {
        found = find_key(headers);
    } else {
        const std::string_view key = strip_scheme(headers.find(key_header_).value_or(""));
        found = {key, key.empty()};
    }
    if (!found.key) {
        return refuse("auth_error", "Authentication Error, No api key passed in.");
    }
    if (found.malformed || found.key->empty()) {
        return refuse("auth_error", std::string(malformed_text));
    }
    if (!constant_time_equal(*found.key, master_key_.reveal())) {
        return unknown_key(*found.key);
    }
    return caller();
}

} // namespace llm_proxy::auth
