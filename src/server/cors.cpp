#include "llm_proxy/server/cors.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::server {

namespace {

/// The headers that LiteLLM lets a page read.
constexpr std::string_view exposed =
    "x-litellm-call-id, x-litellm-model-id, x-litellm-model-group, x-litellm-model-api-base, "
    "x-litellm-version, x-litellm-response-cost, x-litellm-key-spend";

bool is_allowed(const std::string& origins, std::string_view origin) {
    const auto list = split(origins, ',');
    return std::any_of(list.begin(), list.end(),
                       [origin](std::string_view item) { return trim(item) == origin; });
}

} // namespace

bool is_preflight(const http::request_head& head) {
    return head.method == "OPTIONS" && head.headers.find("origin") &&
           head.headers.find("access-control-request-method");
}

std::string cors_lines(const worker_options& options, const http::fields& headers) {
    std::string out;
    const auto origin = headers.find("origin");
    if (!origin || options.cors_origins.empty()) {
        return out;
    }
    http::head_writer lines(out);
    if (options.cors_origins == "*" && !options.cors_credentials) {
        lines.raw("access-control-allow-origin: *\r\n");
    } else if (options.cors_origins == "*" || is_allowed(options.cors_origins, *origin)) {
        lines.header("access-control-allow-origin", *origin);
    } else {
        return out;
    }
    if (options.cors_credentials) {
        lines.raw("access-control-allow-credentials: true\r\n");
    }
    lines.header("access-control-expose-headers", exposed);
    lines.raw("vary: Origin\r\n");
    return out;
}

std::string preflight_lines(const http::fields& headers) {
    std::string out = "content-type: text/plain; charset=utf-8\r\n"
                      "access-control-allow-methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, "
                      "QUERY\r\naccess-control-max-age: 600\r\n";
    if (const auto asked = headers.find("access-control-request-headers")) {
        http::head_writer(out).header("access-control-allow-headers", *asked);
    }
    return out;
}

} // namespace llm_proxy::server
