#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/relay/answer_cost.hpp"
#include "llm_proxy/relay/completion_chunks.hpp"
#include "llm_proxy/relay/encoded_speech.hpp"
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
    // A response that failed is one all the same, and says so itself.
    const bool is_response = context.type == model::call_type::response &&
                             json::find(body, members, "output") != nullptr;
    if (!is_error || is_response) {
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

/// Of an answer that is no JSON, before its head is made.
void price_bytes(model::request_context& context) {
    if (context.target->prices) {
        context.cost = cost_of_request(context);
    }
}

/// Appends what a step brought; how the reading ended, if it did.
std::optional<upstream::outcome> take(upstream::outcome step, std::string_view bytes,
                                      std::size_t limit, std::string& out) {
    if (!step.ok() || bytes.empty()) {
        return step;
    }
    if (out.size() + bytes.size() > limit) {
        return upstream::outcome(upstream::failure::too_large, "the answer is too long");
    }
    out.append(bytes);
    return std::nullopt;
}

answer_text text_of_answer(std::string_view body, const std::vector<json::member>& members) {
    answer_text out;
    const auto* choices = json::find(body, members, "choices");
    if (choices != nullptr && choices->type == json::kind::array) {
        out.add(json::value_of(body, *choices));
    }
    return out;
}

/// Counts for the record what the upstream did not: the client gets its body as it came.
net::task<> count_unsaid(relay_call& call, std::string_view body,
                         const std::vector<json::member>& members) {
    if (call.counting.request == nullptr) {
        co_return;
    }
    const known_usage nothing;
    const auto counted = co_await count_usage(call, text_of_answer(body, members), nothing);
    if (counted) {
        call.context.tokens = counted->tokens;
    }
}

/// Completes the usage of a translated answer, as clients of the OpenAI dialect expect it there.
net::task<> complete_usage(relay_call& call, std::string& body) {
    std::vector<json::member> members;
    const auto root = json::scan(body, members);
    if (!root || *root != json::kind::object) {
        co_return;
    }
    known_usage known;
    if (const auto* item = json::find(body, members, "usage")) {
        known = read_known_usage(json::value_of(body, *item));
    }
    const bool has_completion = call.context.type != model::call_type::embedding;
    if (known.prompt_tokens && (!has_completion || known.completion_tokens)) {
        co_return;
    }
    auto counted = co_await count_usage(call, text_of_answer(body, members), known);
    if (!counted) {
        co_return;
    }
    call.context.tokens = counted->tokens;
    counted->with_details = false; // LiteLLM's are in streams only
    json::splice edited(body, members);
    edited.set("usage", usage_json(*counted, call.context.type));
    body = edited.str();
}

/// Keeps what an answer says of its tokens and its cost.
void note_counts(model::request_context& context, std::string_view body,
                 const std::vector<json::member>& members) {
    if (const auto* item = json::find(body, members, "usage"); item && !context.tokens) {
        const std::string_view usage = json::value_of(body, *item);
        context.tokens = context.type == model::call_type::message ? read_messages_usage(usage)
                                                                   : read_usage(usage);
    }
    if (context.target->prices) {
        context.cost = cost_of_answer(context, body, members, cites_pages(body));
    }
}

/// The answer as the client reads it; one in another dialect is held in `told`.
result<std::vector<std::string_view>> client_pieces(relay_call& call, const json::splice& edited,
                                                    std::string& told) {
    if (call.dialect == nullptr) {
        return edited.pieces();
    }
    auto answer = call.dialect->answer(edited.str());
    if (!answer) {
        return answer.error();
    }
    told = std::move(*answer);
    return std::vector<std::string_view>{told};
}

/// Sends a JSON answer under the client's name of the model, unless it was not read whole or holds
/// an error.
net::task<relayed> finish_json(relay_call& call, upstream::outcome read, std::string body) {
    if (!read.ok()) {
        co_return failed_with(exchange_error(read, call.context, call.interrupts), read.detail);
    }
    const bool translates = call.answers != nullptr || call.dialect != nullptr;
    if (translates && call.counting.request != nullptr) {
        co_await complete_usage(call, body);
    }
    std::vector<json::member> members;
    const auto root = json::scan(body, members);
    if (!root || *root != json::kind::object) {
        co_return failed_with(invalid_answer(call.context, body), "the answer is no JSON object");
    }
    if (auto hidden = hidden_error(call.context, body, members)) {
        co_return failed_with(std::move(*hidden), "an error in a 200 answer");
    }
    note_counts(call.context, body, members);
    json::splice edited(body, members);
    edited.replace("model", json::quoted(call.context.requested_model));
    if (call.edits != nullptr) {
        call.edits->whole(edited);
    }
    std::string told;
    const auto pieces = client_pieces(call, edited, told);
    if (!pieces) {
        co_return failed_with(invalid_answer(call.context, body), pieces.error().message);
    }
    std::string& lines = call.client.lines();
    append_answer_lines(call.context, &call.answer.head(), "application/json", lines);
    relayed out;
    const bool sent = co_await call.client.send(200, lines, *pieces);
    if (!sent) {
        out.detail = "the client is gone";
    } else if (!call.context.tokens) {
        co_await count_unsaid(call, body, members);
    }
    co_return out;
}

net::task<relayed> wait_for_json(relay_call& call, std::string body) {
    auto read = co_await read_whole(call.answer, answer_limit, body);
    auto out = co_await finish_json(call, std::move(read), std::move(body));
    co_return out;
}

/// JSON is held whole: only so is a broken answer an error with its own status.
net::task<relayed> relay_json(relay_call& call) {
    std::string body;
    if (call.answer.head().body == http::body_kind::length &&
        call.answer.head().content_length <= answer_limit) {
        body.reserve(call.answer.head().content_length);
    }
    auto read = take_ready(call.answer, answer_limit, body);
    if (read) {
        return finish_json(call, std::move(*read), std::move(body));
    }
    return wait_for_json(call, std::move(body));
}

/// A stream that came as one JSON array of its events.
result<std::vector<std::string>> array_chunks(relay_call& call, std::string_view body) {
    std::vector<std::string> chunks;
    call.answers->begin(call.answer.head());
    auto taken = call.answers->event(body, chunks);
    if (taken) {
        taken = call.answers->finish(chunks);
    }
    if (!taken) {
        return taken.error();
    }
    return chunks;
}

/// Sends a translated answer that is no JSON.
net::task<relayed> send_bytes(relay_call& call, std::string_view content_type,
                              std::string_view body) {
    std::string& lines = call.client.lines();
    append_answer_lines(call.context, &call.answer.head(), content_type, lines);
    const std::array<std::string_view, 1> pieces{body};
    relayed out;
    const bool sent = co_await call.client.send(200, lines, pieces);
    if (!sent) {
        out.detail = "the client is gone";
    }
    co_return out;
}

/// An answer that is no JSON; sound is encoded first, if it is to be.
net::task<relayed> send_other(relay_call& call, providers::translated_body& answer) {
    if (!answer.usage.empty()) {
        note_usage(call.context, answer.usage);
    } else {
        price_bytes(call.context);
    }
    if (answer.encoding) {
        const auto encoded = co_await encode_speech(call, answer);
        if (!encoded) {
            co_return failed_with(encoded.error(), "the speech was not encoded");
        }
    }
    auto out = co_await send_bytes(call, answer.content_type, answer.bytes);
    co_return out;
}

/// The answer of another dialect, held whole and translated.
net::task<relayed> relay_translated(relay_call& call) {
    std::string body;
    const auto read = co_await read_whole(call.answer, answer_limit, body);
    if (!read.ok()) {
        co_return failed_with(exchange_error(read, call.context, call.interrupts), read.detail);
    }
    const bool streams = call.context.stream && model::traits_of(call.context.type).event_stream;
    if (streams && trim(body).starts_with('[')) {
        auto chunks = array_chunks(call, body);
        if (!chunks) {
            co_return failed_with(chunks.error(), "the answer is none");
        }
        auto out = co_await relay_as_stream(call, std::move(*chunks));
        co_return out;
    }
    auto translated = call.answers->body(call.answer.head(), body);
    if (!translated) {
        co_return failed_with(translated.error(), "the answer is none");
    }
    if (translated->content_type != "application/json") {
        body = std::string();
        auto out = co_await send_other(call, *translated);
        co_return out;
    }
    body = std::move(translated->bytes);
    if (streams) {
        auto out = co_await relay_as_stream(call, completion_chunks(body));
        co_return out;
    }
    auto out = co_await finish_json(call, upstream::outcome(), std::move(body));
    co_return out;
}

/// A stream was asked for and something else came: a whole completion is told as a stream, an error
/// in a 200 as such, and the rest is no answer.
net::task<relayed> relay_whole_as_stream(relay_call& call) {
    std::string body;
    const auto read = co_await read_whole(call.answer, answer_limit, body);
    if (!read.ok()) {
        co_return failed_with(exchange_error(read, call.context, call.interrupts), read.detail);
    }
    std::vector<json::member> members;
    const auto root = json::scan(body, members);
    std::optional<error> hidden;
    if (root && *root == json::kind::object) {
        hidden = hidden_error(call.context, body, members);
    }
    if (!hidden) {
        auto chunks = completion_chunks(body);
        if (!chunks.empty()) {
            auto out = co_await relay_as_stream(call, std::move(chunks));
            co_return out;
        }
        hidden = invalid_answer(call.context, body);
    }
    co_return failed_with(std::move(*hidden), "the answer is no stream");
}

/// Audio, transcripts and whatever else is no JSON: passed on as it comes.
net::task<relayed> relay_bytes(relay_call& call, std::string_view content_type) {
    relayed out;
    price_bytes(call.context);
    std::string& lines = call.client.lines();
    append_answer_lines(call.context, &call.answer.head(), content_type, lines);
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

bool is_stream(const relay_call& call, std::string_view content_type) {
    const bool lines =
        call.answers != nullptr && call.answers->framing() == providers::stream_framing::json_lines;
    return starts_with_i(content_type, lines ? "application/x-ndjson" : "text/event-stream");
}

} // namespace

net::task<std::optional<counted_usage>> count_usage(const relay_call& call, answer_text answer,
                                                    const known_usage& known) {
    const token_counting& how = call.counting;
    if (how.request == nullptr) {
        co_return std::nullopt;
    }
    auto order = std::make_shared<usage_order>();
    order->type = call.context.type;
    order->model = how.model;
    order->request = std::move(*how.request);
    order->answer = std::move(answer);
    order->known = known;
    auto counted = co_await count_usage_apart(how.thread, std::move(order));
    co_return counted;
}

std::optional<upstream::outcome> take_ready(upstream::exchange& answer, std::size_t limit,
                                            std::string& out) {
    for (;;) {
        std::string_view bytes;
        auto step = answer.read_ready(bytes);
        if (!step) {
            return std::nullopt;
        }
        if (auto ended = take(std::move(*step), bytes, limit, out)) {
            return ended;
        }
    }
}

net::task<upstream::outcome> read_whole(upstream::exchange& answer, std::size_t limit,
                                        std::string& out) {
    for (;;) {
        if (auto ended = take_ready(answer, limit, out)) {
            co_return std::move(*ended);
        }
        std::string_view bytes;
        auto step = co_await answer.read(bytes);
        if (auto ended = take(std::move(step), bytes, limit, out)) {
            co_return std::move(*ended);
        }
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
    const bool is_off =
        outcome.why == upstream::failure::connect || outcome.why == upstream::failure::resolve;
    const std::string_view server = context.target->adapter->server_name();
    if (is_off && !server.empty()) {
        // The detail begins with addresses, which are the log's business.
        const std::string_view detail = outcome.detail;
        const std::size_t colon = detail.rfind(": ");
        return providers::unreachable_error(
            exception, server, context.target->api_base,
            colon == detail.npos ? detail : detail.substr(colon + 2), context.requested_model);
    }
    error failure = providers::connection_error(exception, context.requested_model);
    failure.internal = outcome.detail;
    return failure;
}

net::task<relayed> relay_answer(relay_call& call) {
    const auto type = call.answer.head().headers.find("content-type").value_or("");
    if (call.context.stream && is_stream(call, type)) {
        return relay_stream(call);
    }
    if (call.answers != nullptr) {
        return relay_translated(call);
    }
    const bool wants_json = model::traits_of(call.context.type).event_stream;
    const bool streams = wants_json || call.context.type == model::call_type::response;
    if (streams && call.context.stream) {
        return relay_whole_as_stream(call);
    }
    const bool is_json = starts_with_i(type, "application/json") || type.find("+json") != type.npos;
    if (wants_json || is_json) {
        return relay_json(call);
    }
    return relay_bytes(call, type.empty() ? "application/octet-stream" : type);
}

} // namespace llm_proxy::relay
