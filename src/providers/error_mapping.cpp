#include "llm_proxy/providers/error_mapping.hpp"

#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>

namespace llm_proxy::providers {

namespace {

/// The longest upstream text that is passed on.
constexpr std::size_t text_limit = 4096;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [text](std::string_view part) { return contains(text, part); });
}

std::string text_of(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
        return {};
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

void read_error_object(const nlohmann::json& object, upstream_text& out) {
    out.message = text_of(object, "message");
    out.type = text_of(object, "type");
    out.code = text_of(object, "code");
    out.param = text_of(object, "param");
    const auto code = object.find("code");
    if (code != object.end() && code->is_number_integer()) {
        out.status = code->get<int>();
    }
    if (out.message.empty()) {
        out.message = object.dump();
    }
}

void read_document(const nlohmann::json& document, upstream_text& out) {
    const nlohmann::json* root = &document;
    if (root->is_array() && !root->empty()) {
        root = &root->front();
    }
    if (!root->is_object()) {
        return;
    }
    const auto failure = root->find("error");
    if (failure != root->end() && failure->is_object()) {
        read_error_object(*failure, out);
    } else if (failure != root->end() && failure->is_string()) {
        out.message = failure->get<std::string>();
    } else if (root->contains("message")) {
        read_error_object(*root, out);
    } else if (root->contains("detail")) {
        out.message = text_of(*root, "detail");
    }
    out.present = !out.message.empty();
}

/// LiteLLM's own list of how servers say that the prompt is too long.
bool says_context_exceeded(const std::string& message) {
    const std::string text = lower(message);
    if (contains(text, "string_above_max_length") ||
        (contains(text, "invalid 'user'") && contains(text, "string too long"))) {
        return false;
    }
    return contains_any(
               text,
               {"exceed context limit", "this model's maximum context length is",
                "string too long. expected a string with maximum length",
                "model's maximum context limit", "is longer than the model's context length",
                "input tokens exceed the configured limit",
                "`inputs` tokens + `max_new_tokens` must be", "exceeds the available context size",
                "exceeds the maximum number of tokens allowed", "context_length_exceeded"}) ||
           (contains(text, "current length is") && contains(text, "while limit is")) ||
           (contains(text, "maximum input length is") && contains(text, "tokens"));
}

bool says_policy_violated(const upstream_text& said) {
    return said.code == "content_policy_violation" ||
           (contains(said.message, "Invalid prompt") &&
            contains(said.message, "violating our usage policy")) ||
           contains(said.message, "request was rejected as a result of the safety system") ||
           contains(said.message, "content_policy_violation");
}

error_class class_of_status(int status) {
    switch (status) {
    case 400:
    case 422:
        return error_class::bad_request;
    case 401:
        return error_class::authentication;
    case 404:
        return error_class::not_found;
    case 408:
    case 504:
        return error_class::timeout;
    case 429:
        return error_class::rate_limit;
    case 500:
        return error_class::internal_server;
    case 502:
        return error_class::bad_gateway;
    case 503:
        return error_class::service_unavailable;
    default:
        return error_class::api_error;
    }
}

struct class_words {
    std::string_view before; // the provider's name
    std::string_view after;  // the text
};

class_words words_of(error_class kind) {
    constexpr std::string_view timeout_tail =
        "\n\nDeployment Info: request_timeout: None\ntimeout: None";
    switch (kind) {
    case error_class::bad_request:
        return {"litellm.BadRequestError: ", ""};
    case error_class::context_window_exceeded:
        return {"litellm.ContextWindowExceededError: litellm.BadRequestError: "
                "ContextWindowExceededError: ",
                ""};
    case error_class::content_policy_violation:
        return {"litellm.BadRequestError: litellm.ContentPolicyViolationError: "
                "ContentPolicyViolationError: ",
                ""};
    case error_class::authentication:
        return {"litellm.AuthenticationError: AuthenticationError: ", ""};
    case error_class::not_found:
        return {"litellm.NotFoundError: NotFoundError: ", ""};
    case error_class::timeout:
        return {"litellm.Timeout: Timeout Error: ", timeout_tail};
    case error_class::rate_limit:
        return {"litellm.RateLimitError: RateLimitError: ", ""};
    case error_class::internal_server:
        return {"litellm.InternalServerError: InternalServerError: ", ""};
    case error_class::bad_gateway:
        return {"litellm.BadGatewayError: BadGatewayError: ", ""};
    case error_class::service_unavailable:
        return {"litellm.ServiceUnavailableError: ServiceUnavailableError: ", ""};
    case error_class::api_error:
        break;
    }
    return {"litellm.APIError: APIError: ", ""};
}

/// What LiteLLM adds where a fallback of that kind could have been configured.
std::string fallback_hint(error_class kind, std::string_view group) {
    const bool context = kind == error_class::context_window_exceeded;
    if (!context && kind != error_class::content_policy_violation) {
        return {};
    }
    const std::string plural = context ? "context_window_fallbacks" : "content_policy_fallback";
    const std::string name = context ? "context_window_fallback" : "content_policy_fallback";
    return "\nmodel=" + std::string(group) + ". " + plural + "=None. fallbacks=None.\n\nSet '" +
           name + "' - https://docs.litellm.ai/docs/routing#fallbacks";
}

std::string group_suffix(std::string_view group) {
    return "\n\nLiteLLM: model group '" + std::string(group) +
           "' failed with the error above. No fallback was attempted.";
}

std::string seconds_text(double seconds, const char* format) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), format, seconds);
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

} // namespace

upstream_text read_upstream_text(std::string_view body) {
    upstream_text out;
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_discarded()) {
        read_document(document, out);
    }
    if (out.message.empty()) {
        out.message = std::string(body.substr(0, text_limit));
    }
    return out;
}

error_class classify_openai(int status, const upstream_text& said) {
    const std::string text = lower(said.message);
    if (status == 429 || contains_any(text, {"rate limit", "rate_limit", "rate-limit", "ratelimit",
                                             "service tier capacity exceeded"})) {
        return error_class::rate_limit;
    }
    if (said.code == "context_length_exceeded" || says_context_exceeded(said.message)) {
        return error_class::context_window_exceeded;
    }
    const bool invalid_request = said.type == "invalid_request_error";
    if (invalid_request && said.code == "model_not_found") {
        return error_class::not_found;
    }
    if (contains(said.message, "A timeout occurred")) {
        return error_class::timeout;
    }
    if (says_policy_violated(said)) {
        return error_class::content_policy_violation;
    }
    if (invalid_request && status < 500 && !contains(said.message, "Incorrect API key provided")) {
        return error_class::bad_request;
    }
    if (contains_any(said.message, {"The server had an error processing your request.",
                                    "Web server is returning an unknown error"})) {
        return error_class::internal_server;
    }
    if (contains(said.message, "Request too large")) {
        return error_class::rate_limit;
    }
    return class_of_status(status);
}

error make_error(error_class kind, int status, std::string_view exception_name,
                 std::string_view text, std::string_view group) {
    if (status < 400 || status > 599) {
        status = 500;
    }
    if (kind == error_class::rate_limit) {
        status = 429;
    }
    const class_words words = words_of(kind);
    std::string message(words.before);
    message.append(exception_name).append(" - ").append(text).append(words.after);
    message += fallback_hint(kind, group) + group_suffix(group);
    std::string type(kind == error_class::rate_limit ? "throttling_error"
                                                     : error_type_for_status(status));
    return error(status, std::move(type), std::move(message));
}

error connection_error(std::string_view exception_name, std::string_view group) {
    return make_error(error_class::internal_server, 500, exception_name, "Connection error.",
                      group);
}

error timeout_error(double timeout_seconds, double taken_seconds, std::string_view group) {
    const std::string limit = seconds_text(timeout_seconds, "%.1f");
    std::string message = "litellm.Timeout: APITimeoutError - Request timed out. Error_str: "
                          "Request timed out. - timeout value=" +
                          limit + ", time taken=" + seconds_text(taken_seconds, "%.2f") +
                          " seconds\n\nDeployment Info: request_timeout: None\ntimeout: " + limit +
                          group_suffix(group);
    return error(408, "invalid_request_error", std::move(message));
}

error invalid_answer_error(std::string_view exception_name, std::string_view received,
                           std::string_view group) {
    std::string text = "Empty or invalid response from LLM endpoint. Received: '";
    text.append(received.substr(0, 200));
    text += "'. Check the reverse proxy or model server configuration.";
    return make_error(error_class::internal_server, 500, exception_name, text, group);
}

std::string scrub(std::string text, std::string_view key) {
    if (key.size() >= 8) {
        for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
            text.replace(at, key.size(), "***");
        }
    }
    for (std::size_t at = text.find("sk-"); at != std::string::npos;
         at = text.find("sk-", at + 3)) {
        const std::size_t end = text.find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", at);
        const std::size_t size = std::min(end, text.size()) - at;
        if (size >= 16) {
            text.replace(at + 3, size - 3, "***");
        }
    }
    return text;
}

} // namespace llm_proxy::providers
