#pragma once

#include "llm_proxy/http/head.hpp"
#include "llm_proxy/http/multipart.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::server {

/// Failures that a client may ask for, where the operator allows it.
enum class mock_failure : std::uint8_t {
    none,
    fallbacks,
    context_fallbacks,
    content_policy_fallbacks,
    rate_limit_error,
    timeout,
};

/// What the gateway itself needs of a client's call. The body is held by the caller and must
/// outlive it.
struct parsed_call {
    /// As the client wrote it, or the path's; nothing if neither names one.
    std::optional<std::string> model;
    bool stream = false;
    bool show_usage = false;
    /// Seconds the client gives the call, from the body or `x-litellm-timeout`.
    std::optional<double> timeout;
    std::optional<double> stream_timeout;
    std::optional<std::string> mock_response;
    mock_failure mock = mock_failure::none;
    std::vector<json::member> members;
    std::vector<http::form_part> parts; // of a multipart body
    std::string_view content_type;
};

struct call_rules {
    model::call_type type = model::call_type::chat_completion;
    /// The model named by the path; it wins over the body's.
    std::string_view path_model;
    bool allow_mock = false;
    /// The parts of a form of which only the start is there; null for a whole body.
    const http::form_outline* form_start = nullptr;
};

/// Reads a call out of its body and headers, with LiteLLM's error texts. I/O-free.
result<parsed_call> parse_call(std::string_view body, const http::fields& headers,
                               const call_rules& rules);

/// `tags`, `metadata.tags` and `x-litellm-tags` of a call, at most a hundred.
std::vector<std::string> tags_of(std::string_view body, const std::vector<json::member>& members,
                                 const http::fields& headers);

/// `num_retries` of a body or `x-litellm-num-retries`; nothing if neither is a number not below 0.
std::optional<int> retries_asked(std::string_view body, const std::vector<json::member>& members,
                                 const http::fields& headers);

/// LiteLLM's error for a model that no group serves.
error unknown_model(model::call_type type, const std::optional<std::string>& name);

} // namespace llm_proxy::server
