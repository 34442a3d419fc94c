#include "llm_proxy/server/model_call.hpp"

#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/routing/retry.hpp"
#include "llm_proxy/routing/router.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/server/mock_answer.hpp"
#include "llm_proxy/server/priced_request.hpp"

#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <ctime>
#include <utility>

namespace llm_proxy::server {

model_call::model_call(request& req, model::call_type type) : req_(req) {
    context_.type = type;
    context_.call_id = req.call_id;
    context_.started = req.started;
    context_.created = std::time(nullptr);
}

net::task<> model_call::run() {
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

net::task<result<void>> model_call::read_and_plan() {
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

void model_call::begin_form() {
    if (!model::traits_of(context_.type).multipart || req_.head.body != http::body_kind::length) {
        return;
    }
    const auto type = req_.head.headers.find("content-type").value_or("");
    if (const auto boundary = http::multipart_boundary(type)) {
        form_.emplace(*boundary);
    }
}

bool model_call::form_decides(std::string_view start) {
    form_->update(start);
    return form_->bad() || providers::can_stream(*form_, !req_.path_value.empty());
}

result<void> model_call::plan() {
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
    context_.upstream_model = model::resolve_upstream_model(*context_.target, found->wildcard_part);
    mock_ = parsed_.mock_response ? parsed_.mock_response : context_.target->mock_response;
    if (auto adopted = adopt_dialect(rules); !adopted) {
        return adopted;
    }
    context_.timeout = parsed_.timeout.value_or(context_.target->timeout);
    context_.stream_timeout =
        parsed_.stream_timeout.value_or(parsed_.timeout.value_or(context_.target->stream_timeout));
    apply_usage_rule();
    if (context_.target->prices) {
        context_.priced = priced_parameters_of(context_.type, body_, parsed_, *context_.target);
    }
    if (!mock_ && context_.target->credential_missing) {
        return missing_credential();
    }
    return {};
}

result<void> model_call::adopt_dialect(const call_rules& rules) {
    if (!model::can_be_chat(context_.type)) {
        return {};
    }
    const auto& target = *context_.target;
    if (!mock_ && !target.only_chats &&
        target.adapter->serves(context_.type, target, context_.upstream_model)) {
        return {};
    }
    dialect_ = dialects::make_dialect(context_.type, {.created = context_.created,
                                                      .random = &req_.shared.random,
                                                      .model = context_.upstream_model});
    auto chat = dialect_->request(body_);
    if (!chat) {
        return chat.error();
    }
    body_ = std::move(*chat);
    context_.type = model::call_type::chat_completion;
    call_rules of_chat = rules;
    of_chat.type = context_.type;
    auto parsed = parse_call(body_, req_.head.headers, of_chat);
    if (!parsed) {
        return parsed.error();
    }
    parsed_ = std::move(*parsed);
    return {};
}

void model_call::apply_usage_rule() {
    const auto rule = req_.config->settings->general.always_include_stream_usage;
    request_usage_ = rule != config::stream_usage::never_inject;
    context_.show_usage =
        parsed_.show_usage || rule == config::stream_usage::always_show || !request_usage_;
}

error model_call::missing_credential() const {
    constexpr std::string_view text =
        "Missing credentials. Please pass an `api_key`, or set the provider's environment "
        "variable.";
    return providers::make_error(providers::error_class::internal_server, 500,
                                 context_.target->adapter->exception_name(), text,
                                 context_.requested_model);
}

net::task<> model_call::answer_mock() {
    if (context_.stream && model::traits_of(context_.type).event_stream) {
        co_await stream_mock();
        co_return;
    }
    auto answer = mock_answer(context_, *mock_, context_.created);
    if (answer && dialect_) {
        answer = dialect_->answer(*answer);
    }
    if (!answer) {
        co_await req_.send_error(answer.error());
        co_return;
    }
    const std::array<std::string_view, 1> pieces{*answer};
    std::string& lines = req_.client.lines();
    relay::append_answer_lines(context_, nullptr, "application/json", lines);
    co_await req_.client.send(200, lines, pieces);
}

net::task<> model_call::stream_mock() {
    const std::string events = mock_stream(context_, *mock_, context_.created, dialect_.get());
    std::string& lines = req_.client.lines();
    relay::append_stream_lines(context_, nullptr, lines);
    co_await req_.client.start(200, lines, events);
    co_await req_.client.finish();
}

net::task<bool> model_call::prepare_retry(const tried& last) {
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

void model_call::close_unless_read() {
    if (!req_.body_complete()) {
        req_.client.close_after();
    }
}

net::task<> model_call::tell(const tried& last) {
    co_await req_.interrupts.clear();
    close_unless_read();
    co_await req_.send_error(*last.failure, last.provider_lines);
}

net::task<bool> model_call::wait(std::chrono::milliseconds time) {
    net::timer pause(req_.shared.executor, time);
    net::error_code ec;
    co_await pause.async_wait(net::asio::redirect_error(net::use_task, ec));
    co_return !req_.interrupts.raised();
}

void model_call::log(const std::string& detail) const {
    if (!detail.empty()) {
        spdlog::warn("{} model={} deployment={}: {}", context_.call_id, context_.requested_model,
                     context_.target->id, detail);
    }
}

net::task<> serve_model_call(request& req, const auth::caller&, model::call_type type) {
    model_call call(req, type);
    co_await call.run();
}

net::task<> kept_response(request& req, const auth::caller&) {
    co_await req.send_error(error(
        404, "invalid_request_error",
        "/v1/responses/" + req.path_value +
            ": this gateway keeps no responses, so there is none to read, delete or cancel. POST "
            "/v1/responses answers at once or in a stream."));
}

} // namespace llm_proxy::server
