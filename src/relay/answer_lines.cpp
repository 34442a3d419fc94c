#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/version.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace llm_proxy::relay {

namespace {

/// Milliseconds with three decimals.
std::string milliseconds(net::clock::duration time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), static_cast<double>(micros) / 1000.0,
                      std::chars_format::fixed, 3);
    return {text.data(), end.ptr};
}

/// Upstream headers that mean something to the client under their own names.
bool passes_plain(std::string_view name) {
    return starts_with_i(name, "x-ratelimit-") || iequals(name, "retry-after") ||
           iequals(name, "retry-after-ms");
}

/// Upstream headers that must not reach the client under any name.
bool is_private(std::string_view name) {
    return iequals(name, "set-cookie") || iequals(name, "connection") ||
           iequals(name, "keep-alive");
}

void add_timing(const model::request_context& context, std::string& out) {
    http::head_writer lines(out);
    const auto now = net::clock::now();
    const auto total = now - context.started;
    lines.header("x-litellm-response-duration-ms", milliseconds(total));
    if (context.upstream_started != net::clock::time_point()) {
        const auto upstream = context.upstream_answered - context.upstream_started;
        lines.header("x-litellm-overhead-duration-ms", milliseconds(total - upstream));
    }
}

} // namespace

void append_provider_lines(const http::response_head& head, std::string& out) {
    http::head_writer lines(out);
    for (const auto& field : head.headers) {
        if (is_private(field.name)) {
            continue;
        }
        if (passes_plain(field.name)) {
            lines.header(field.name, field.value);
        }
        lines.forwarded("llm_provider-", field);
    }
}

std::string answer_lines(const model::request_context& context, const http::response_head* head,
                         std::string_view content_type) {
    std::string out;
    out.reserve(2048);
    http::head_writer lines(out);
    lines.header("content-type", content_type);
    lines.header("x-litellm-call-id", context.call_id);
    if (context.target) {
        lines.header("x-litellm-model-id", context.target->id);
        lines.header("x-litellm-model-group", context.requested_model);
        lines.header("x-litellm-model-name", context.target->model_name);
        lines.header("x-litellm-model-api-base", context.target->api_base);
    }
    lines.raw("x-litellm-version: ");
    lines.raw(litellm_version);
    lines.raw("\r\nx-litellm-attempted-fallbacks: 0\r\n");
    lines.header("x-litellm-attempted-retries", static_cast<std::uint64_t>(context.retries));
    add_timing(context, out);
    std::optional<std::string_view> id;
    if (head != nullptr) {
        id = head->headers.find("x-request-id");
        append_provider_lines(*head, out);
    }
    lines.header("x-request-id", id.value_or(context.call_id));
    return out;
}

} // namespace llm_proxy::relay
