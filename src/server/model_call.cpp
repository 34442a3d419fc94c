#include "llm_proxy/server/model_call.hpp"

#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/server/endpoints.hpp"

#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <ctime>
#include <utility>

namespace llm_proxy::server {

namespace {

/// A deployment's call in flight.
class counted_in_flight {
public:
    counted_in_flight(std::shared_ptr<routing::deployment_state> state, bool count_request)
        : state_(std::move(state)) {
        if (state_ != nullptr) {
            state_->begin();
        }
        if (state_ != nullptr && count_request) {
            state_->count_request(net::clock::now());
        }
    }
    ~counted_in_flight() {
        if (state_ != nullptr) {
            state_->end();
        }
    }
    counted_in_flight(const counted_in_flight&) = delete;
    counted_in_flight& operator=(const counted_in_flight&) = delete;

private:
    std::shared_ptr<routing::deployment_state> state_;
};

} // namespace

model_call::model_call(request& req, model::call_type type) : req_(req), client_type_(type) {
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
    tried last = before_first_try();
    for (bool more = true; more;) {
        if (!last.failure) {
            last = co_await serve_once();
        }
        place_.release();
        more = last.failure.has_value();
        if (more) {
            more = co_await prepare_next(std::exchange(last, tried()));
        }
    }
}

net::task<model_call::tried> model_call::serve_once() {
    tried out;
    if (!untranslatable_ && !take_free_place()) {
        out.failure = co_await wait_for_place();
    }
    if (!out.failure && untranslatable_) {
        out.failure = std::exchange(untranslatable_, std::nullopt);
    }
    if (out.failure) {
        out.unavailable = true;
        out.provider_lines = context_.limit_lines;
        co_return out;
    }
    if (mock_) {
        co_await answer_mock();
        co_return out;
    }
    const counted_in_flight counted(context_.target->state, counts_requests());
    if (context_.target->adapter->needs_login()) {
        out.failure = co_await log_in();
    }
    if (!out.failure) {
        out = co_await try_once();
    }
    co_return out;
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
    const bool streams =
        !unavailable_ && !mock_ && planned && context_.target->adapter->streams_forms();
    if (!planned || !form_ || streams) {
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
    auto parsed = parse_call(body_, req_.head.headers, rules_for(context_.type));
    if (!parsed) {
        return parsed.error();
    }
    parsed_ = std::move(*parsed);
    if (!parsed_.model || !use_group(*parsed_.model)) {
        return unknown_model(context_.type, parsed_.model);
    }
    context_.stream = parsed_.stream;
    if (req_.config->settings->router.enable_tag_filtering) {
        read_tags();
    }
    unavailable_ = choose_target();
    return {};
}

call_rules model_call::rules_for(model::call_type type) const {
    call_rules rules;
    rules.type = type;
    rules.path_model = req_.path_value;
    rules.allow_mock = req_.config->settings->general.allow_mock_request_params;
    rules.form_start = form_ ? &*form_ : nullptr;
    return rules;
}

result<void> model_call::adopt_dialect() {
    if (!model::can_be_chat(client_type_)) {
        return {};
    }
    const auto& target = *context_.target;
    const bool as_it_is = !mock_ && !target.only_chats &&
                          target.adapter->serves(client_type_, target, context_.upstream_model);
    if (as_it_is && !dialect_) {
        return {};
    }
    std::string said = std::move(dialect_ ? client_body_ : body_);
    if (as_it_is) {
        dialect_.reset();
        return speak(client_type_, std::move(said));
    }
    dialect_ = dialects::make_dialect(client_type_, {.created = context_.created,
                                                     .random = &req_.shared.random,
                                                     .model = context_.upstream_model});
    auto chat = dialect_->request(said);
    client_body_ = std::move(said);
    if (!chat) {
        return chat.error();
    }
    return speak(model::call_type::chat_completion, std::move(*chat));
}

result<void> model_call::speak(model::call_type type, std::string body) {
    body_ = std::move(body);
    context_.type = type;
    auto parsed = parse_call(body_, req_.head.headers, rules_for(type));
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

void model_call::close_unless_read() {
    if (!req_.body_complete()) {
        req_.client.close_after();
    }
}

net::task<bool> model_call::wait(std::chrono::milliseconds time) {
    co_await req_.interrupts.clear(); // of a try that ran out of time
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
