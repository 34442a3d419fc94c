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

std::string without_developer_role(std::string_view messages) {
    constexpr std::string_view developer = "\"developer\"";
    if (messages.find(developer) == std::string_view::npos || !messages.starts_with('[')) {
        return {};
    }
    std::vector<json::member> items;
    json::scan_valid(messages, items);
    std::string out;
    std::size_t copied = 0;
    std::vector<json::member> members;
    for (const auto& item : items) {
        if (item.type != json::kind::object) {
            continue;
        }
        const std::string_view message = json::value_of(messages, item);
        members.clear();
        json::scan_valid(message, members);
        const auto* role = json::find(message, members, "role");
        if (role != nullptr && json::value_of(message, *role) == developer) {
            out.append(messages.substr(copied, item.value_begin + role->value_begin - copied));
            out.append("\"system\"");
            copied = item.value_begin + role->value_end;
        }
    }
    if (copied > 0) {
        out.append(messages.substr(copied));
    }
    return out;
}

std::string with_include_usage(std::string_view current) {
    std::string out = R"({"include_usage":true)";
    if (current.starts_with('{')) {
        std::vector<json::member> members;
        json::scan_valid(current, members);
        for (const auto& item : members) {
            if (!json::key_is(current, item, "include_usage")) {
                out.append(",\"");
                out.append(current.substr(item.key_begin, item.value_end - item.key_begin));
            }
        }
    }
    out.push_back('}');
    return out;
}

} // namespace llm_proxy::providers
