#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/http/head.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::auth {

/// Proof that a request was authenticated. Only the authenticator makes one, so a handler that
/// takes a caller cannot be reached without a key.
class caller {
public:
    /// The caller holds the master key (or none is demanded).
    bool is_master() const { return true; }

private:
    friend class authenticator;
    caller() = default;
};

/// Decides who sends a request, from its head alone. Immutable, shared by all threads.
class authenticator {
public:
    explicit authenticator(const config::general_settings& settings);

    /// Looks for the key where LiteLLM does, the first place that has one deciding:
    /// `x-litellm-api-key`, `Authorization` (Bearer, Basic), `api-key`, `x-api-key`,
    /// `x-goog-api-key`, `Ocp-Apim-Subscription-Key`; or only in `litellm_key_header_name` when
    /// that is set. Refusals carry LiteLLM's statuses and bodies.
    result<caller> authenticate(const http::fields& headers) const;

private:
    secret master_key_;
    std::string key_header_;
    bool open_ = false; // no master key, by the user's express permission
};

} // namespace llm_proxy::auth
