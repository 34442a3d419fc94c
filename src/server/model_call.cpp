#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/routing/retry.hpp"
#include "llm_proxy/routing/router.hpp"
#include "llm_proxy/server/call_parser.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/server/form_upload.hpp"
#include "llm_proxy/server/login_access.hpp"
#include "llm_proxy/server/mock_answer.hpp"
#include "llm_proxy/server/priced_request.hpp"
#include "llm_proxy/server/remote_files.hpp"

#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>
#include <utility>

namespace llm_proxy::server {

namespace {

/// The longest error body of an upstream that is read.
constexpr std::size_t error_body_limit = 256UL * 1024;

/// How one try at the upstream ended; no failure means that the client has its answer.
struct tried {
    std::optional<error> failure;
    std::string provider_lines;
    std::optional<double> retry_after;
    /// The upstream did not take the login's token.
    bool login_refused = false;
};

std::optional<double> seconds_of(std::optional<std::string_view> text) {
    double value = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) {
        return std::nullopt;
    }
    return value;
}

/// One client's call to a model: the stages of the request path in their order.
class model_call {
public:
    model_call(request& req, model::call_type type) : req_(req) {
        context_.type = type;
        context_.call_id = req.call_id;
        context_.started = req.started;
        context_.created = std::time(nullptr);
    }

    net::task<> run() {
        result<void> planned;
        if (req_.take_body(body_)) {
            planned = plan();
        } else {
            planned = co_await read_and_plan();
        }
        if (!planned) {
            close_unless_read();
            co_await req_.send_error(planned.error());
            co_return;
        }
        if (!form_) {
            req_.watch_client();
        }
        if (mock_) {
            co_await answer_mock();
            co_return;
        }
        for (bool again = true; again;) {
            tried last;
            if (context_.target->adapter->needs_login()) {
                last.failure = co_await log_in();
            }
            if (!last.failure) {
                last = co_await try_once();
            }
            again = last.failure.has_value();
            if (again) {
                again = co_await prepare_retry(last);
            }
        }
    }

private:
    /// Reads the body: the whole, or of a form so much that the rest can be passed on as it comes.
    net::task<result<void>> read_and_plan() {
        begin_form();
        request::body_check enough;
        if (form_) {
            enough = [this](std::string_view start) { return form_decides(start); };
        }
        auto body = co_await req_.read_body(std::move(enough));
        if (!body) {
            co_return body.error();
        }
        body_ = std::move(*body);
        if (req_.body_complete()) {
            form_.reset();
        }
        auto planned = plan();
        if (!planned || !form_ || (!mock_ && context_.target->adapter->streams_forms())) {
            co_return planned;
        }
        form_.reset();
        const auto rest = co_await req_.read_rest(body_);
        if (!rest) {
            co_return rest.error();
        }
        planned = plan();
        co_return planned;
    }

    void begin_form() {
        if (!model::traits_of(context_.type).multipart ||
            req_.head.body != http::body_kind::length) {
            return;
        }
        const auto type = req_.head.headers.find("content-type").value_or("");
        if (const auto boundary = http::multipart_boundary(type)) {
            form_.emplace(*boundary);
        }
    }

    bool form_decides(std::string_view start) {
        form_->update(start);
        return form_->bad() || providers::can_stream(*form_, !req_.path_value.empty());
    }

    /// Reads the call and decides which deployment serves it.
    result<void> plan() {
        call_rules rules;
        rules.type = context_.type;
        rules.path_model = req_.path_value;
        rules.allow_mock = req_.config->settings->general.allow_mock_request_params;
        rules.form_start = form_ ? &*form_ : nullptr;
        auto parsed = parse_call(body_, req_.head.headers, rules);
        if (!parsed) {
            return parsed.error();
        }
        parsed_ = std::move(*parsed);
        std::optional<model::match> found;
        if (parsed_.model) {
            found = req_.config->models.find(*parsed_.model);
        }
        if (!found) {
            return unknown_model(context_.type, parsed_.model);
        }
        context_.requested_model = *parsed_.model;
        context_.stream = parsed_.stream;
        context_.target = routing::pick(*found, req_.shared.random);
        context_.timeout = parsed_.timeout.value_or(context_.target->timeout);
        context_.stream_timeout = parsed_.stream_timeout.value_or(
            parsed_.timeout.value_or(context_.target->stream_timeout));
        apply_usage_rule();
        if (context_.target->prices) {
            context_.priced = priced_parameters_of(context_.type, body_, parsed_, *context_.target);
        }
        context_.upstream_model =
            model::resolve_upstream_model(*context_.target, found->wildcard_part);
        mock_ = parsed_.mock_response ? parsed_.mock_response : context_.target->mock_response;
        if (!mock_ && context_.target->credential_missing) {
            return missing_credential();
        }
        return {};
    }

    void apply_usage_rule() {
        const auto rule = req_.config->settings->general.always_include_stream_usage;
        request_usage_ = rule != config::stream_usage::never_inject;
        context_.show_usage =
            parsed_.show_usage || rule == config::stream_usage::always_show || !request_usage_;
    }

    error missing_credential() const {
        constexpr std::string_view text =
            "Missing credentials. Please pass an `api_key`, or set the provider's environment "
            "variable.";
        return providers::make_error(providers::error_class::internal_server, 500,
                                     context_.target->adapter->exception_name(), text,
                                     context_.requested_model);
    }

    net::task<> answer_mock() {
        if (context_.stream && model::traits_of(context_.type).event_stream) {
            std::string& lines = req_.client.lines();
            relay::append_stream_lines(context_, nullptr, lines);
            const std::string events = mock_stream(context_, *mock_, context_.created);
            co_await req_.client.start(200, lines, events);
            co_await req_.client.finish();
            co_return;
        }
        const auto answer = mock_answer(context_, *mock_, context_.created);
        if (!answer) {
            co_await req_.send_error(answer.error());
            co_return;
        }
        const std::array<std::string_view, 1> pieces{*answer};
        std::string& lines = req_.client.lines();
        relay::append_answer_lines(context_, nullptr, "application/json", lines);
        co_await req_.client.send(200, lines, pieces);
    }

    /// Waits until the next try is due; false if there is none: the client was told or is gone.
    net::task<bool> prepare_retry(const tried& last) {
        if (req_.interrupts.reason() >= net::interrupt::client_gone) {
            req_.client.close_after();
            co_return false;
        }
        if (last.login_refused) {
            refused_login_ = access_.version;
            co_return true;
        }
        routing::failed_try failed;
        failed.status = last.failure->status;
        failed.retry_after = last.retry_after;
        const auto delay =
            routing::retry_delay(failed, context_.retries, max_retries(), req_.shared.random);
        if (!delay) {
            co_await tell(last);
            co_return false;
        }
        const bool waited = co_await wait(*delay);
        if (!waited) {
            req_.client.close_after();
        }
        ++context_.retries;
        co_return waited;
    }

    /// What was passed on as it came cannot be sent again.
    int max_retries() const { return form_ ? 0 : context_.target->max_retries; }

    net::task<tried> try_once() {
        tried out;
        if (context_.target->adapter->inlines_files() && !files_) {
            co_await have_files(out);
        }
        const providers::inbound_call inbound = describe();
        providers::outbound_call outbound;
        if (out.failure || !translate(inbound, outbound, out)) {
            co_return out;
        }
        if (req_.interrupts.raised()) {
            co_await req_.interrupts.clear();
        }
        const auto allowed = start_clock();
        auto exchange = req_.shared.pool.open(origin_of(outbound), req_.interrupts);
        upstream::outcome sent;
        if (form_) {
            form_upload upload(req_, *exchange, allowed);
            sent = co_await upload.run(std::move(outbound.pieces), body_, *form_);
            end_upload(upload, out);
        } else {
            sent = co_await exchange->send(outbound.pieces);
        }
        context_.upstream_answered = net::clock::now();
        if (!sent.ok()) {
            note_lost(sent, out);
        } else if (exchange->head().status / 100 == 2) {
            release_body();
            relay::relay_call call = relaying(*exchange, outbound);
            auto done = co_await relay::relay_answer(call);
            out.failure = std::move(done.failure);
            log(done.detail);
        } else {
            co_await read_failure(*exchange, out);
        }
        req_.interrupts.clear_deadline();
        co_return out;
    }

    relay::relay_call relaying(upstream::exchange& exchange,
                               const providers::outbound_call& outbound) {
        return {context_,
                exchange,
                req_.client,
                req_.interrupts,
                outbound.answers.get(),
                outbound.edits.get(),
                counting()};
    }

    /// Whether the usage may be missing from the answer, and we could count it.
    bool may_count() const {
        const bool is_text = context_.type == model::call_type::chat_completion ||
                             context_.type == model::call_type::completion ||
                             context_.type == model::call_type::embedding;
        const bool unasked = context_.stream && !request_usage_;
        return is_text && (unasked || !context_.target->reports_usage);
    }

    relay::token_counting counting() {
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
    origin_of(const providers::outbound_call& outbound) const {
        return outbound.origin ? outbound.origin : context_.target->origin;
    }

    /// Takes the access to call with. The client's leaving and the call's deadline end the wait.
    net::task<std::optional<error>> log_in() {
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

    /// Makes the upstream request; false if there is none.
    bool translate(const providers::inbound_call& inbound, providers::outbound_call& outbound,
                   tried& out) {
        const auto made = context_.target->adapter->translate(inbound, *context_.target, outbound);
        if (!made) {
            req_.interrupts.clear_deadline();
            out.failure = made.error();
        }
        return made.has_value();
    }

    /// Fetches the files that the call names, within the time of the try. They stay for the next.
    net::task<> have_files(tried& out) {
        auto urls = context_.target->adapter->remote_files(describe());
        if (urls.empty()) {
            files_.emplace();
            co_return;
        }
        co_await req_.interrupts.clear();
        start_clock();
        auto got = co_await fetch_files(req_.shared, req_.interrupts,
                                        req_.config->settings->litellm, std::move(urls));
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

    void note_lost(const upstream::outcome& sent, tried& out) {
        if (!out.failure) {
            out.failure = relay::exchange_error(sent, context_, req_.interrupts);
        }
        log(sent.detail);
    }

    /// Sets the deadline of a try; returns the time that it has.
    net::clock::duration start_clock() {
        if (!std::exchange(clock_runs_, false)) {
            context_.upstream_started = net::clock::now();
        }
        const std::chrono::duration<double> limit(context_.stream ? context_.stream_timeout
                                                                  : context_.timeout);
        const auto allowed = std::chrono::duration_cast<net::clock::duration>(limit);
        req_.interrupts.set_deadline(context_.upstream_started + allowed);
        return allowed;
    }

    void end_upload(const form_upload& upload, tried& out) {
        out.failure = upload.refused();
        context_.stream = upload.stream().value_or(context_.stream);
        close_unless_read();
    }

    void close_unless_read() {
        if (!req_.body_complete()) {
            req_.client.close_after();
        }
    }

    /// The last try has its answer: while that is relayed, the request need not be held, unless its
    /// tokens may have to be counted.
    void release_body() {
        if (context_.retries >= max_retries() && !may_count()) {
            body_ = std::string();
            files_.reset();
        }
    }

    /// The upstream refused: its words and headers become the client's error.
    net::task<> read_failure(upstream::exchange& exchange, tried& out) {
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
        providers::call_names names;
        names.group = context_.requested_model;
        names.target = context_.target.get();
        out.failure = context_.target->adapter->classify(answer, names);
        out.retry_after = seconds_of(exchange.head().headers.find("retry-after"));
        relay::append_provider_lines(exchange.head(), out.provider_lines);
    }

    providers::inbound_call describe() const {
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
        return inbound;
    }

    net::task<> tell(const tried& last) {
        co_await req_.interrupts.clear();
        close_unless_read();
        co_await req_.send_error(*last.failure, last.provider_lines);
    }

    net::task<bool> wait(std::chrono::milliseconds time) {
        net::timer pause(req_.shared.executor, time);
        net::error_code ec;
        co_await pause.async_wait(net::asio::redirect_error(net::use_task, ec));
        co_return !req_.interrupts.raised();
    }

    void log(const std::string& detail) const {
        if (!detail.empty()) {
            spdlog::warn("{} model={} deployment={}: {}", context_.call_id,
                         context_.requested_model, context_.target->id, detail);
        }
    }

    request& req_;
    model::request_context context_;
    std::string body_;
    /// Of a multipart body whose rest is passed on as it comes; its views end with `body_`.
    std::optional<http::form_outline> form_;
    parsed_call parsed_;
    std::optional<std::string> mock_;
    login::grant access_; // of a deployment that needs a login
    std::uint64_t refused_login_ = 0;
    bool request_usage_ = true;
    std::optional<providers::remote_file_map> files_; // once they were fetched
    bool clock_runs_ = false;                         // of this try, since its files are fetched
};

} // namespace

net::task<> serve_model_call(request& req, const auth::caller&, model::call_type type) {
    model_call call(req, type);
    co_await call.run();
}

} // namespace llm_proxy::server
