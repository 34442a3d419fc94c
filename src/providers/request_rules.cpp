#include "llm_proxy/providers/request_rules.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

// Sorted, for binary search.
constexpr std::array<std::string_view, 42> consumed{
    "additional_drop_params",
    "allowed_openai_params",
    "api_key",
    "api_version",
    "cache",
    "caching",
    "content_policy_fallbacks",
    "context_window_fallbacks",
    "custom_llm_provider",
    "default_headers",
    "disable_fallbacks",
    "drop_params",
    "extra_body",
    "extra_headers",
    "extra_query",
    "fallbacks",
    "guardrails",
    "headers",
    "max_retries",
    "metadata",
    "mock_response",
    "mock_testing_content_policy_fallbacks",
    "mock_testing_context_fallbacks",
    "mock_testing_fallbacks",
    "mock_testing_rate_limit_error",
    "mock_timeout",
    "mock_tool_calls",
    "model_info",
    "no-log",
    "num_retries",
    "organization",
    "proxy_server_request",
    "request_timeout",
    "retry_after",
    "secret_fields",
    "stream_timeout",
    "tags",
    "timeout",
    "ttl",
    "use_in_pass_through",
    "use_litellm_proxy",
    "user_config",
};
static_assert(std::is_sorted(consumed.begin(), consumed.end()));

} // namespace

bool is_consumed(std::string_view name) {
    return std::binary_search(consumed.begin(), consumed.end(), name) ||
           name.starts_with("litellm_");
}

bool is_forbidden(std::string_view name) {
    return name == "api_base" || name == "base_url";
}

error forbidden_member(std::string_view name) {
    return error(401, "auth_error",
                 "Authentication Error, Rejected Request: " + std::string(name) +
                     " is not allowed in request body.");
}

void use_system_role(json::splice& body) {
    constexpr std::string_view developer = R"("developer")";
    if (body.value("messages").find(developer) == std::string_view::npos) {
        return;
    }
    body.within("messages", [&](json::splice& message) {
        if (message.value("role") == developer) {
            message.set("role", R"("system")");
        }
    });
}

void ask_for_usage(json::splice& body) {
    if (!body.value("stream_options").starts_with('{')) {
        body.set("stream_options", "{}");
    }
    body.within("stream_options",
                [](json::splice& options) { options.set("include_usage", "true"); });
}

} // namespace llm_proxy::providers
