#pragma once

#include <cstddef>
#include <cstdint>

namespace llm_proxy {

/// LiteLLM's exception classes, as far as clients or the router can tell them apart.
enum class error_class : std::uint8_t {
    unknown, ///< no class was found: the status decides
    bad_request,
    context_window_exceeded,
    content_policy_violation,
    authentication,
    payment_required,
    permission_denied,
    not_found,
    timeout,
    rate_limit,
    internal_server,
    bad_gateway,
    service_unavailable,
    api_connection,
    api_error,
};
inline constexpr std::size_t error_class_count = 15;

/// The class of a failure of which only the HTTP status is known.
error_class class_of_status(int status);

} // namespace llm_proxy
