#include "llm_proxy/providers/request_rules.hpp"

#include "llm_proxy/providers/supported_parameters.hpp"

#include <array>
#include <cstddef>

namespace llm_proxy::providers {

namespace {

constexpr std::array<std::string_view, 43> consumed{
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
    "priority",
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

constexpr std::array<std::string_view, 2> forbidden{"api_base", "base_url"};

/// All names by a hash of their length and three characters; where a place is taken, a name stands
/// in the next.
class member_table {
public:
    constexpr member_table() {
        for (const std::string_view name : consumed) {
            add(name, {member_use::consumed, 0});
        }
        for (const std::string_view name : forbidden) {
            add(name, {member_use::forbidden, 0});
        }
        for (std::size_t i = 0; i < parameter_names.size(); ++i) {
            add(parameter_names[i], {member_use::parameter, static_cast<std::uint8_t>(i)});
        }
    }

    constexpr const known_member* find(std::string_view name) const {
        for (std::size_t at = place(name); !slots_[at].name.empty(); at = (at + 1) % size) {
            if (slots_[at].name == name) {
                return &slots_[at].found;
            }
        }
        return nullptr;
    }

private:
    struct slot {
        std::string_view name;
        known_member found;
    };

    static constexpr std::size_t size = 512;

    static constexpr std::size_t place(std::string_view name) {
        if (name.empty()) {
            return 0;
        }
        const auto first = static_cast<unsigned char>(name.front());
        const auto middle = static_cast<unsigned char>(name[name.size() / 2]);
        const auto last = static_cast<unsigned char>(name.back());
        return (name.size() * 37 + first * 5U + middle * 13U + last * 3U) % size;
    }

    constexpr void add(std::string_view name, known_member found) {
        std::size_t at = place(name);
        while (!slots_[at].name.empty()) {
            at = (at + 1) % size;
        }
        slots_[at] = {name, found};
    }

    std::array<slot, size> slots_{};
};

constexpr member_table known;

} // namespace

known_member find_known_member(std::string_view name) {
    if (const known_member* found = known.find(name)) {
        return *found;
    }
    return {name.starts_with("litellm_") ? member_use::consumed : member_use::passed_on, 0};
}

error forbidden_member(std::string_view name) {
    return error(401, "auth_error",
                 "Authentication Error, Rejected Request: " + std::string(name) +
                     " is not allowed in request body.");
}

void replace_role(json::splice& body, std::string_view from, std::string_view to) {
    if (body.value("messages").find(from) == std::string_view::npos) {
        return;
    }
    body.within("messages", [&](json::splice& message) {
        if (message.value("role") == from) {
            message.set("role", std::string(to));
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
