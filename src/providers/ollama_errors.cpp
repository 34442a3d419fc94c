#include "llm_proxy/providers/ollama_errors.hpp"

#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/strings.hpp"

#include <string>

namespace llm_proxy::providers {

namespace {

/// LiteLLM's rule for providers without one of their own.
error_class generic_class(int status) {
    if (status == 402) {
        return error_class::payment_required;
    }
    if (status == 403) {
        return error_class::permission_denied;
    }
    const error_class known = class_of_status(status);
    const bool other = known == error_class::api_error && status >= 400 && status < 500;
    return other ? error_class::bad_request : known;
}

struct found_class {
    error_class kind;
    int status;
};

found_class find_class(int status, std::string_view body) {
    if (contains_any(body,
                     {"Request Timeout Error", "Request timed out", "Timed out generating response",
                      "The read operation timed out", "Read timed out"})) {
        return {error_class::timeout, status};
    }
    if (contains_any(body, {"no such file or directory", "Invalid response object from API"})) {
        return {error_class::bad_request, 400};
    }
    if (contains_any(body, {"Failed to establish a new connection"})) {
        return {error_class::service_unavailable, 503};
    }
    // LiteLLM does not look for it, but a client can act on it.
    const std::string said = lower(body);
    if (says_context_exceeded(said) ||
        contains_any(said, {"exceeds the context length", "exceeds maximum context length"})) {
        return {error_class::context_window_exceeded, 400};
    }
    return {generic_class(status), status};
}

} // namespace

error ollama_error(int status, std::string_view body, std::string_view exception_name,
                   const call_names& names) {
    const found_class found = find_class(status, body);
    return make_error({found.kind, false}, found.status, exception_name,
                      presentable(body, *names.target), names.group);
}

} // namespace llm_proxy::providers
