// The part of model_call that calls the upstream once.
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/limits/limit_text.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/server/context_memory.hpp"
#include "llm_proxy/server/kept_context.hpp"
#include "llm_proxy/server/login_access.hpp"
#include "llm_proxy/server/model_call.hpp"
#include "llm_proxy/server/remote_files.hpp"
#include "llm_proxy/util/strings.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

namespace llm_proxy::server {

namespace {

/// The longest error body of an upstream that is read.
constexpr std::size_t error_body_limit = 256UL * 1024;
constexpr net::clock::duration longest_making = std::chrono::seconds(60); // of a context

} // namespace

net::task<model_call::tried> model_call::try_once() {
    tried out;
    if (context_.target->adapter->inlines_files() && !files_) {
        co_await have_files(out);
    }
    if (may_keep_context() && !out.failure) {
        co_await have_context(out);
    }
    const providers::inbound_call inbound = describe();
    providers::outbound_call outbound;
    if (out.failure || !translate(inbound, outbound, out)) {
        co_return out;
    }
    if (req_.interrupts.raised()) {
        co_await req_.interrupts.clear();
    }
    out.reached = true;
    const auto allowed = start_clock();
    auto exchange = req_.shared.pool.open(origin_of(outbound), req_.interrupts);
    upstream::outcome sent;
    if (form_) {
        form_upload upload(req_, context_, *exchange, allowed);
        sent = co_await upload.run(std::move(outbound.pieces), body_, *form_);
        end_upload(upload, out);
    } else {
        sent = co_await exchange->send(outbound.pieces);
    }
    co_await take_answer(*exchange, outbound, sent, out);
    req_.interrupts.clear_deadline();
    co_return out;
}

net::task<> model_call::take_answer(upstream::exchange& exchange,
                                    const providers::outbound_call& outbound,
                                    const upstream::outcome& sent, tried& out) {
    context_.upstream_answered = net::clock::now();
    note_reached(sent);
    if (!sent.ok()) {
        note_lost(sent, out);
    } else if (exchange.head().status / 100 == 2) {
        relay::relay_call call = relaying(exchange, outbound);
        auto done = co_await relay::relay_answer(call);
        settle();
        out.failure = std::move(done.failure);
        if (done.detail.empty()) {
            note_success();
        }
        log(done.detail);
    } else {
        co_await read_failure(exchange, out);
    }
}

relay::relay_call model_call::relaying(upstream::exchange& exchange,
                                       const providers::outbound_call& outbound) {
    return {context_,
            exchange,
            req_.client,
            req_.interrupts,
            outbound.answers.get(),
            outbound.edits.get(),
            counting(),
            may_count() ? nullptr : &body_,
            req_.shared.encoding,
            dialect_.get()};
}

bool model_call::may_count() const {
    const bool is_text = context_.type == model::call_type::chat_completion ||
                         context_.type == model::call_type::completion ||
                         context_.type == model::call_type::embedding;
    const bool unasked = context_.stream && !request_usage_;
    return is_text && (unasked || !context_.target->reports_usage);
}

relay::token_counting model_call::counting() {
    relay::token_counting how;
    if (may_count()) {
        how.request = &body_;
        how.model = context_.upstream_model;
        how.owed = context_.show_usage && (request_usage_ || parsed_.show_usage);
        how.thread = req_.shared.counting;
    }
    return how;
}

const std::shared_ptr<const model::endpoint>&
model_call::origin_of(const providers::outbound_call& outbound) const {
    return outbound.origin ? outbound.origin : context_.target->origin;
}

net::task<std::optional<error>> model_call::log_in() {
    co_await req_.interrupts.clear();
    start_clock();
    auto taken = co_await take_access(req_.shared, *context_.target, context_.requested_model,
                                      refused_login_);
    if (!taken) {
        const upstream::outcome late(upstream::failure::interrupted, "");
        co_return relay::exchange_error(late, context_, req_.interrupts);
    }
    req_.interrupts.clear_deadline();
    if (!*taken) {
        co_return taken->error();
    }
    access_ = std::move(**taken);
    co_return std::nullopt;
}

bool model_call::translate(const providers::inbound_call& inbound,
                           providers::outbound_call& outbound, tried& out) {
    const auto made = context_.target->adapter->translate(inbound, *context_.target, outbound);
    if (!made) {
        req_.interrupts.clear_deadline();
        out.failure = made.error();
    }
    return made.has_value();
}

net::task<> model_call::have_files(tried& out) {
    auto urls = context_.target->adapter->remote_files(describe());
    if (urls.empty()) {
        files_.emplace();
        co_return;
    }
    co_await req_.interrupts.clear();
    start_clock();
    auto got = co_await fetch_files(req_.shared, req_.interrupts, req_.config->settings->litellm,
                                    std::move(urls));
    if (got.refused) {
        out.failure = error(400, "invalid_request_error",
                            "litellm.BadRequestError: " + *got.refused +
                                providers::group_suffix(context_.requested_model));
    } else if (!got.ended.ok()) {
        out.failure = relay::exchange_error(got.ended, context_, req_.interrupts);
    } else {
        files_ = std::move(got.files);
        clock_runs_ = true;
    }
    log(got.detail);
    if (out.failure) {
        req_.interrupts.clear_deadline();
    }
}

void model_call::note_reached(const upstream::outcome& sent) {
    using upstream::failure;
    const bool never = sent.why == failure::resolve || sent.why == failure::connect ||
                       sent.why == failure::tls || sent.why == failure::proxy ||
                       sent.why == failure::exhausted;
    if (!never) {
        place_.reached();
    }
}

void model_call::settle() {
    if (context_.tokens) {
        place_.settle(context_.tokens->total_tokens, context_.tokens->completion_tokens);
    }
}

bool model_call::may_keep_context() const {
    return context_.target->adapter->contexts() != nullptr && kept_.of != context_.target.get() &&
           !req_.config->settings->litellm.disable_context_caching;
}

net::task<> model_call::have_context(tried& out) {
    kept_ = {};
    kept_.of = context_.target.get();
    const auto plan = kept_.of->adapter->contexts()->plan(describe(), *context_.target);
    if (!plan) {
        co_return;
    }
    kept_.key = context_.target->id + "/" + plan->key;
    co_await req_.interrupts.clear();
    const auto began = net::clock::now();
    req_.interrupts.set_deadline(began + std::min(time_allowed(), longest_making));
    kept_.name = co_await have_context_kept(req_.shared, req_.interrupts, *context_.target, *plan,
                                            kept_.key);
    req_.interrupts.clear_deadline();
    context_.upstream_started += net::clock::now() - began;
    if (req_.interrupts.reason() >= net::interrupt::client_gone) {
        const upstream::outcome late(upstream::failure::interrupted, "");
        out.failure = relay::exchange_error(late, context_, req_.interrupts);
    }
}

bool model_call::drop_refused_context(const providers::upstream_answer& answer) {
    if (kept_.name.empty() || !kept_.of->adapter->contexts()->refuses_context(answer)) {
        return false;
    }
    if (answer.status == 403 || answer.status == 404) { // it is gone
        req_.shared.contexts.forget(kept_.key);
    } else {
        req_.shared.contexts.put(kept_.key, {}, net::clock::now() + context_rest);
    }
    log("the kept context was refused: status " + std::to_string(answer.status));
    kept_.name.clear();
    return true;
}

void model_call::note_lost(const upstream::outcome& sent, tried& out) {
    if (!out.failure) {
        out.failure = relay::exchange_error(sent, context_, req_.interrupts);
    }
    log(sent.detail);
}

net::clock::duration model_call::time_allowed() const {
    const std::chrono::duration<double> limit(context_.stream ? context_.stream_timeout
                                                              : context_.timeout);
    return std::chrono::duration_cast<net::clock::duration>(limit);
}

net::clock::duration model_call::start_clock() {
    if (!std::exchange(clock_runs_, false)) {
        context_.upstream_started = net::clock::now();
    }
    const auto allowed = time_allowed();
    req_.interrupts.set_deadline(context_.upstream_started + allowed);
    return allowed;
}

void model_call::end_upload(const form_upload& upload, tried& out) {
    out.failure = upload.refused();
    out.reached = !out.failure;
    context_.stream = upload.stream().value_or(context_.stream);
    close_unless_read();
}

net::task<> model_call::read_failure(upstream::exchange& exchange, tried& out) {
    std::string text;
    const auto read = co_await relay::read_whole(exchange, error_body_limit, text);
    if (!read.ok() && read.why == upstream::failure::interrupted) {
        out.failure = relay::exchange_error(read, context_, req_.interrupts);
        co_return;
    }
    providers::upstream_answer answer;
    answer.status = exchange.head().status;
    answer.body = text;
    // Once for each call; what was passed on as it came cannot be sent again.
    out.login_refused = answer.status == 401 && access_.access && refused_login_ == 0 && !form_;
    out.context_refused = drop_refused_context(answer);
    providers::call_names names;
    names.group = context_.requested_model;
    names.target = context_.target.get();
    out.failure = context_.target->adapter->classify(answer, names);
    learn(exchange.head(), text);
    out.retry_after = read_number(exchange.head().headers.find("retry-after").value_or(""));
    for (const auto& [name, value] : out.failure->headers) {
        if (!out.retry_after && name == "retry-after") {
            out.retry_after = read_number(value); // told in the body, as by Gemini
        }
    }
    relay::append_provider_lines(exchange.head(), context_.limit_lines, out.provider_lines);
}

void model_call::learn(const http::response_head& head, std::string_view body) {
    limits::shared_quota* quota = context_.target->quota.get();
    if (quota == nullptr) {
        return;
    }
    providers::quota_refusal answer;
    answer.status = head.status;
    answer.body = body;
    answer.headers = &head.headers;
    answer.now = limits::now();
    for (const limits::lesson& told : context_.target->adapter->lessons(answer)) {
        if (quota->learn(told, answer.now)) {
            spdlog::warn("model={} deployment={}: {} is above the provider's limit, which is {}",
                         context_.target->group, context_.target->id, limits::name_of(told.which),
                         *told.limit);
        }
    }
}

providers::inbound_call model_call::describe() const {
    providers::inbound_call inbound;
    inbound.type = context_.type;
    inbound.body = body_;
    if (form_) {
        inbound.body = inbound.body.substr(0, form_->size());
        inbound.to_come = body_.size() - form_->size() + req_.body_left();
    }
    inbound.members = &parsed_.members;
    inbound.parts = &parsed_.parts;
    inbound.content_type = parsed_.content_type;
    inbound.headers = &req_.head.headers;
    inbound.upstream_model = context_.upstream_model;
    inbound.requested_model = context_.requested_model;
    inbound.created = context_.created;
    inbound.random = &req_.shared.random;
    inbound.stream = context_.stream;
    inbound.request_usage = request_usage_;
    inbound.files = files_ ? &*files_ : nullptr;
    inbound.access = access_.access.get();
    inbound.context = kept_.name;
    return inbound;
}

} // namespace llm_proxy::server
