#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/relay/event_translator.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/relay/stream_relay.hpp"
#include "llm_proxy/util/strings.hpp"

#include <array>

namespace llm_proxy::relay {

namespace {

/// The longest JSON answer that is held; images and embeddings are the largest.
constexpr std::size_t answer_limit = 256UL * 1024 * 1024;

relayed failed_with(error failure, std::string detail) {
    relayed out;
    out.failure = std::move(failure);
    out.detail = std::move(detail);
    return out;
}

error invalid_answer(const model::request_context& context, std::string_view body) {
    return providers::invalid_answer_error(context.target->adapter->exception_name(),
                                           providers::presentable(body, *context.target),
                                           context.requested_model);
}

/// A 200 that carries an error, as OpenRouter sends it.
std::optional<error> hidden_error(const model::request_context& context, std::string_view body,
                                  const std::vector<json::member>& members) {
    const auto* item = json::find(body, members, "error");
    const bool is_error =
        item != nullptr && (item->type == json::kind::object || item->type == json::kind::string);
    if (!is_error) {
        return std::nullopt;
    }
    const auto said = providers::read_upstream_text(body);
    if (!said.present) {
        return std::nullopt;
    }
    providers::upstream_answer answer;
    answer.body = body;
    answer.status = said.status >= 400 && said.status <= 599 ? said.status : 500;
    if (item->type == json::kind::string) {
        answer.status = 400;
    }
    providers::call_names names;
    names.group = context.requested_model;
    names.target = context.target.get();
    return context.target->adapter->classify(answer, names);
}

/// JSON is held whole: only so is a broken answer an error with its own status.
net::task<relayed> relay_json(relay_call& call) {
    std::string body;
    if (call.answer.head().body == http::body_kind::length &&
        call.answer.head().content_length <= answer_limit) {
        body.reserve(call.answer.head().content_length);
    }
    const auto read = co_await read_whole(call.answer, answer_limit, body);
    if (!read.ok()) {
        co_return failed_with(exchange_error(read, call.context, call.interrupts), read.detail);
    }
    std::vector<json::member> members;
    const auto root = json::scan(body, members);
    if (!root || *root != json::kind::object) {
        co_return failed_with(invalid_answer(call.context, body), "the answer is no JSON object");
    }
    if (auto hidden = hidden_error(call.context, body, members)) {
        co_return failed_with(std::move(*hidden), "an error in a 200 answer");
    }
    if (const auto* item = json::find(body, members, "usage")) {
        call.context.tokens = read_usage(json::value_of(body, *item));
    }
    json::splice edited(body, members);
    edited.replace("model", json::quoted(call.context.requested_model));
    const auto pieces = edited.pieces();
    const std::string lines = answer_lines(call.context, &call.answer.head(), "application/json");
    relayed out;
    const bool sent = co_await call.client.send(200, lines, pieces);
    if (!sent) {
        out.detail = "the client is gone";
    }
    co_return out;
}

/// A stream was asked for and something else came: an error in a 200 is told as such, the rest is
/// no answer.
net::task<relayed> refuse_whole(relay_call& call) {
    std::string body;
    const auto read = co_await read_whole(call.answer, 1024UL * 1024, body);
    if (!read.ok() && read.why == upstream::failure::interrupted) {
        co_return failed_with(exchange_error(read, call.context, call.interrupts), read.detail);
    }
    std::vector<json::member> members;
    const auto root = json::scan(body, members);
    std::optional<error> hidden;
    if (root && *root == json::kind::object) {
        hidden = hidden_error(call.context, body, members);
    }
    if (!hidden) {
        hidden = invalid_answer(call.context, body);
    }
    co_return failed_with(std::move(*hidden), "the answer is no stream");
}

/// Audio, transcripts and whatever else is no JSON: passed on as it comes.
net::task<relayed> relay_bytes(relay_call& call, std::string_view content_type) {
    relayed out;
    const std::string lines = answer_lines(call.context, &call.answer.head(), content_type);
    for (;;) {
        const auto silence = std::chrono::duration<double>(call.context.stream_timeout);
        call.interrupts.set_deadline(net::clock::now() +
                                     std::chrono::duration_cast<net::clock::duration>(silence));
        std::string_view bytes;
        const auto step = co_await call.answer.read(bytes);
        call.interrupts.clear_deadline();
        if (!step.ok()) {
            out.detail = step.detail;
            if (!call.client.started()) {
                out.failure = exchange_error(step, call.context, call.interrupts);
            }
            // A broken body must not look whole: the connection is cut instead of the last chunk.
            call.client.close_after();
            co_return out;
        }
        bool sent = false;
        if (!call.client.started()) {
            sent = co_await call.client.start(200, lines, bytes);
        } else {
            sent = co_await call.client.write(bytes);
        }
        if (sent && bytes.empty()) {
            sent = co_await call.client.finish();
            co_return out;
        }
        if (!sent) {
            out.detail = "the client is gone";
            co_return out;
        }
    }
}

} // namespace

net::task<upstream::outcome> read_whole(upstream::exchange& answer, std::size_t limit,
                                        std::string& out) {
    for (;;) {
        std::string_view bytes;
        auto step = co_await answer.read(bytes);
        if (!step.ok() || bytes.empty()) {
            co_return step;
        }
        if (out.size() + bytes.size() > limit) {
            co_return upstream::outcome(upstream::failure::too_large, "the answer is too long");
        }
        out.append(bytes);
    }
}

error exchange_error(const upstream::outcome& outcome, const model::request_context& context,
                     net::interruptor& interrupts) {
    const std::string_view exception = context.target->adapter->exception_name();
    if (outcome.why == upstream::failure::interrupted &&
        interrupts.reason() == net::interrupt::deadline) {
        const double limit = context.stream ? context.stream_timeout : context.timeout;
        const std::chrono::duration<double> taken = net::clock::now() - context.upstream_started;
        return providers::timeout_error(limit, taken.count(), context.requested_model);
    }
    error failure = providers::connection_error(exception, context.requested_model);
    failure.internal = outcome.detail;
    return failure;
}

net::task<relayed> relay_answer(relay_call& call) {
    const auto type = call.answer.head().headers.find("content-type").value_or("");
    if (call.context.stream && starts_with_i(type, "text/event-stream")) {
        return relay_stream(call);
    }
    const bool wants_json = model::traits_of(call.context.type).event_stream;
    if (wants_json && call.context.stream) {
        return refuse_whole(call);
    }
    const bool is_json = starts_with_i(type, "application/json") || type.find("+json") != type.npos;
    if (wants_json || is_json) {
        return relay_json(call);
    }
    return relay_bytes(call, type.empty() ? "application/octet-stream" : type);
}

} // namespace llm_proxy::relay
