#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/relay/answer_cost.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace llm_proxy::relay {

namespace {

/// Appends a header with milliseconds to three decimals.
void add_milliseconds(std::string& out, std::string_view name, net::clock::duration time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 0));
    std::array<char, 24> text{};
    char* end = std::to_chars(text.data(), text.data() + text.size(), count / 1000).ptr;
    *end++ = '.';
    *end++ = static_cast<char>('0' + count % 1000 / 100);
    *end++ = static_cast<char>('0' + count % 100 / 10);
    *end++ = static_cast<char>('0' + count % 10);
    out.append(name).append(": ").append(text.data(), end).append("\r\n");
}

/// Upstream headers that mean something to the client under their own names.
bool passes_plain(std::string_view name, bool has_limits) {
    return (starts_with_i(name, "x-ratelimit-") && !has_limits) || iequals(name, "retry-after") ||
           iequals(name, "retry-after-ms");
}

/// Upstream headers that must not reach the client under any name.
bool is_private(std::string_view name) {
    return iequals(name, "set-cookie") || iequals(name, "connection") ||
           iequals(name, "keep-alive");
}

void add_timing(const model::request_context& context, std::string& out) {
    const auto total = net::clock::now() - context.started;
    add_milliseconds(out, "x-litellm-response-duration-ms", total);
    if (context.upstream_started != net::clock::time_point()) {
        const auto upstream = context.upstream_answered - context.upstream_started;
        add_milliseconds(out, "x-litellm-overhead-duration-ms", total - upstream);
    }
}

} // namespace

void append_provider_lines(const http::response_head& head, std::string_view limit_lines,
                           std::string& out) {
    const bool has_limits = !limit_lines.empty();
    out.append(limit_lines);
    http::head_writer lines(out);
    for (const auto& field : head.headers) {
        if (is_private(field.name)) {
            continue;
        }
        if (passes_plain(field.name, has_limits)) {
            lines.header(field.name, field.value);
        }
        lines.forwarded("llm_provider-", field);
    }
}

void append_answer_lines(const model::request_context& context, const http::response_head* head,
                         std::string_view content_type, std::string& out) {
    http::head_writer lines(out);
    lines.header("content-type", content_type);
    lines.header("x-litellm-call-id", context.call_id);
    if (context.target) {
        lines.raw(context.target->answer_lines);
        lines.header("x-litellm-model-group", context.requested_model);
    }
    lines.raw("x-litellm-version: ");
    lines.raw(litellm_version);
    if (context.fallbacks == 0) {
        lines.raw("\r\nx-litellm-attempted-fallbacks: 0\r\n");
    } else {
        lines.raw("\r\n");
        lines.header("x-litellm-attempted-fallbacks",
                     static_cast<std::uint64_t>(context.fallbacks));
    }
    if (context.retries == 0) {
        lines.raw("x-litellm-attempted-retries: 0\r\n");
    } else {
        lines.header("x-litellm-attempted-retries", static_cast<std::uint64_t>(context.retries));
    }
    add_timing(context, out);
    if (context.cost) {
        append_cost_lines(*context.cost, out);
    }
    std::optional<std::string_view> id;
    if (head != nullptr) {
        id = head->headers.find("x-request-id");
        append_provider_lines(*head, context.limit_lines, out);
    } else {
        lines.raw(context.limit_lines);
    }
    lines.header("x-request-id", id.value_or(context.call_id));
}

void append_stream_lines(const model::request_context& context, const http::response_head* head,
                         std::string& out) {
    append_answer_lines(context, head, "text/event-stream; charset=utf-8", out);
    out.append("cache-control: no-cache\r\nx-accel-buffering: no\r\n");
}

} // namespace llm_proxy::relay
