#include "llm_proxy/providers/error_mapping.hpp"

#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace llm_proxy::providers {

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string shown_text(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
        return {};
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

/// The status that a `code` stands for, as a number or in words; 0 if none.
int status_of_code(const nlohmann::json& code) {
    if (code.is_number_integer()) {
        return code.get<int>();
    }
    if (!code.is_string()) {
        return 0;
    }
    const auto& text = code.get_ref<const std::string&>();
    if (text == "rate_limit_exceeded") {
        return 429;
    }
    int status = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? status : 0;
}

void read_error_object(const nlohmann::json& object, upstream_text& out) {
    out.message = shown_text(object, "message");
    out.type = shown_text(object, "type");
    out.code = shown_text(object, "code");
    out.param = shown_text(object, "param");
    if (const auto code = object.find("code"); code != object.end()) {
        out.status = status_of_code(*code);
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
        out.message = shown_text(*root, "detail");
    }
    out.present = !out.message.empty();
}

bool says_timed_out(std::string_view text) {
    return contains_any(text, {"Request Timeout Error", "Request timed out",
                               "Timed out generating response", "The read operation timed out",
                               "A timeout occurred"});
}

/// `rate limit`, `rate_limit`, `rate-limit`, `ratelimit`; `text` is lower case.
bool says_rate_limited(std::string_view text) {
    for (std::size_t at = text.find("rate"); at != std::string_view::npos;
         at = text.find("rate", at + 4)) {
        const std::size_t next = text.find_first_not_of(" \t\r\n_-", at + 4);
        if (next != std::string_view::npos && text.substr(next).starts_with("limit")) {
            return true;
        }
    }
    return contains(text, "service tier capacity exceeded");
}

/// `text` is lower case.
bool says_policy_violated(std::string_view text) {
    return contains(text, "content_policy_violation") ||
           (contains(text, "invalid prompt") && contains(text, "violating our usage policy")) ||
           contains(text, "request was rejected as a result of the safety system");
}

struct class_words {
    std::string_view name;
    std::string_view repeated;
};

class_words words_of(error_class kind) {
    switch (kind) {
    case error_class::bad_request:
        return {"BadRequestError: ", "BadRequestError: "};
    case error_class::context_window_exceeded:
        return {"ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: ",
                ""};
    case error_class::content_policy_violation:
        return {"BadRequestError: litellm.ContentPolicyViolationError: "
                "ContentPolicyViolationError: ",
                ""};
    case error_class::authentication:
        return {"AuthenticationError: ", "AuthenticationError: "};
    case error_class::payment_required:
        return {"PaymentRequiredError: ", "PaymentRequiredError: "};
    case error_class::permission_denied:
        return {"PermissionDeniedError: ", "PermissionDeniedError: "};
    case error_class::not_found:
        return {"NotFoundError: ", "NotFoundError: "};
    case error_class::timeout:
        return {"Timeout: ", "Timeout Error: "};
    case error_class::rate_limit:
        return {"RateLimitError: ", "RateLimitError: "};
    case error_class::internal_server:
        return {"InternalServerError: ", "InternalServerError: "};
    case error_class::bad_gateway:
        return {"BadGatewayError: ", "BadGatewayError: "};
    case error_class::service_unavailable:
        return {"ServiceUnavailableError: ", "ServiceUnavailableError: "};
    case error_class::api_connection:
        return {"APIConnectionError: ", ""};
    case error_class::api_error:
    case error_class::unknown:
        break;
    }
    return {"APIError: ", "APIError: "};
}

/// The status that goes with a class, or the upstream's where the class has none of its own.
int status_of(error_class kind, int upstream_status) {
    switch (kind) {
    case error_class::context_window_exceeded:
    case error_class::content_policy_violation:
        return 400;
    case error_class::authentication:
        return 401;
    case error_class::payment_required:
        return 402;
    case error_class::permission_denied:
        return 403;
    case error_class::not_found:
        return 404;
    case error_class::timeout:
        return upstream_status == 504 ? 504 : 408;
    case error_class::rate_limit:
        return 429;
    case error_class::internal_server:
    case error_class::api_connection:
        return 500;
    case error_class::bad_gateway:
        return 502;
    case error_class::service_unavailable:
        return 503;
    case error_class::bad_request:
    case error_class::api_error:
    case error_class::unknown:
        break;
    }
    return upstream_status >= 400 && upstream_status <= 599 ? upstream_status : 500;
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

std::string seconds_text(double seconds, const char* format) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), format, seconds);
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

} // namespace

std::string group_suffix(std::string_view group) {
    return "\n\nLiteLLM: model group '" + std::string(group) +
           "' failed with the error above. No fallback was attempted.";
}

upstream_text read_upstream_text(std::string_view body) {
    upstream_text out;
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_discarded()) {
        read_document(document, out);
    }
    if (out.message.empty()) {
        out.message = std::string(body);
    }
    return out;
}

bool says_context_exceeded(std::string_view text) {
    const std::string said = lower(text);
    if (contains(said, "string_above_max_length") ||
        (contains(said, "invalid 'user'") && contains(said, "string too long"))) {
        return false;
    }
    return contains_any(
               said,
               {"exceed context limit", "this model's maximum context length is",
                "string too long. expected a string with maximum length",
                "model's maximum context limit", "is longer than the model's context length",
                "input tokens exceed the configured limit",
                "`inputs` tokens + `max_new_tokens` must be", "exceeds the available context size",
                "exceeds the maximum number of tokens allowed", "context_length_exceeded"}) ||
           (contains(said, "current length is") && contains(said, "while limit is")) ||
           (contains(said, "maximum input length is") && contains(said, "tokens"));
}

verdict classify_openai(int status, const upstream_text& said) {
    const std::string whole = said.message + '\n' + said.type + '\n' + said.code;
    const std::string text = lower(whole);
    const bool invalid_request = contains(text, "invalid_request_error");
    if (status == 429 || says_rate_limited(text)) {
        return error_class::rate_limit;
    }
    if (says_context_exceeded(text)) {
        return error_class::context_window_exceeded;
    }
    if (invalid_request && contains(text, "model_not_found")) {
        return {error_class::not_found, false};
    }
    if (says_timed_out(whole)) {
        return {error_class::timeout, false};
    }
    if (says_policy_violated(text)) {
        return error_class::content_policy_violation;
    }
    const bool wrong_key = contains(whole, "Incorrect API key provided");
    if (contains_any(text, {"invalid_encrypted_content", "could not be verified"}) ||
        (invalid_request && !wrong_key)) {
        return {error_class::bad_request, false};
    }
    if (contains_any(whole, {"The server had an error processing your request.",
                             "Web server is returning an unknown error"})) {
        return {error_class::internal_server, false};
    }
    if (contains(whole, "Request too large")) {
        return error_class::rate_limit;
    }
    const error_class by_status = class_of_status(status);
    return {by_status, by_status != error_class::bad_request};
}

error make_error(verdict found, int status, std::string_view exception_name, std::string_view text,
                 std::string_view group) {
    const class_words words = words_of(found.kind);
    std::string message = "litellm.";
    message.append(words.name).append(found.named_twice ? words.repeated : "");
    message.append(exception_name).append(" - ").append(text);
    if (found.kind == error_class::timeout) {
        message += "\n\nDeployment Info: request_timeout: None\ntimeout: None";
    }
    message += fallback_hint(found.kind, group) + group_suffix(group);
    status = status_of(found.kind, status);
    std::string type(found.kind == error_class::rate_limit ? "throttling_error"
                                                           : error_type_for_status(status));
    error out(status, std::move(type), std::move(message));
    out.kind = found.kind;
    return out;
}

error connection_error(std::string_view exception_name, std::string_view group) {
    return make_error(error_class::internal_server, 500, exception_name, "Connection error.",
                      group);
}

error unreachable_error(std::string_view exception_name, std::string_view server,
                        std::string_view address, std::string_view why, std::string_view group) {
    std::string text(server);
    text.append(" at ").append(address).append(" is not reachable (").append(why);
    text += "). Start it, or correct api_base; the next call tries it again.";
    return make_error(error_class::service_unavailable, 503, exception_name, text, group);
}

error timeout_error(double timeout_seconds, double taken_seconds, std::string_view group) {
    const std::string limit = seconds_text(timeout_seconds, "%.1f");
    std::string message = "litellm.Timeout: APITimeoutError - Request timed out. Error_str: "
                          "Request timed out. - timeout value=" +
                          limit + ", time taken=" + seconds_text(taken_seconds, "%.2f") +
                          " seconds\n\nDeployment Info: request_timeout: None\ntimeout: " + limit +
                          group_suffix(group);
    error out(408, "invalid_request_error", std::move(message));
    out.kind = error_class::timeout;
    return out;
}

error invalid_answer_error(std::string_view exception_name, std::string_view received,
                           std::string_view group) {
    std::string text = "Empty or invalid response from LLM endpoint. Received: '";
    text += scrub(received.substr(0, 4096), {}).substr(0, 200);
    text += "'. Check the reverse proxy or model server configuration.";
    return make_error(error_class::internal_server, 500, exception_name, text, group);
}

} // namespace llm_proxy::providers
