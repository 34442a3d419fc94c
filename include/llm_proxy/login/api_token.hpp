#pragma once

#include "llm_proxy/login/reply.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::login {

/// What the token exchange gives and `api-key.json` holds.
struct api_token {
    secret token;
    clock::time_point expires;
    /// From then on another one should be fetched.
    clock::time_point refresh;
    /// `endpoints.api`; may be empty.
    std::string endpoint;
    /// The whole JSON as it came, members that are unknown included.
    secret document;
};

/// A token that was just fetched: one that ends in the past counts for `refresh_in` or a minute, as
/// one of the two clocks must be wrong.
result<api_token> read_fetched_token(std::string_view text, clock::time_point now);

/// A token from a file; without `expires_at` it has ended, as in LiteLLM.
result<api_token> read_kept_token(std::string_view text);

/// Whether it can stand in a header: printable ASCII without spaces, 8 KiB at most.
bool is_header_token(std::string_view token);

/// GitHub's own words in an answer without a token; empty if there are none. Printable, short.
std::string refusal_text(std::string_view body);

} // namespace llm_proxy::login
