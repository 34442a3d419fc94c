// The part of model_call that records how tries ended, and tells the client of a failure.
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/routing/cooldown.hpp"
#include "llm_proxy/server/model_call.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace llm_proxy::server {

namespace {

/// LiteLLM's latency of a call that ran out of time, in seconds.
constexpr double timeout_latency = 1000;

/// The provider refused the gateway, not the client: its key is fine, and asking again is no use.
error without_blame(error failure) {
    if (!routing::is_bad_credential(routing::failed_try::of(failure), failure.message)) {
        return failure;
    }
    failure.status = 502;
    failure.type = error_type_for_status(failure.status);
    failure.message = "The provider refused the gateway's credential for this model; the caller's "
                      "own key is not at fault. " +
                      failure.message;
    failure.headers.emplace_back("x-should-retry", "false");
    return failure;
}

} // namespace

net::task<> model_call::tell(const tried& last) {
    co_await req_.interrupts.clear();
    close_unless_read();
    const tried& first = first_failure_ ? *first_failure_ : last;
    error failure = *first.failure;
    const std::string group = walk_ ? walk_->first_group() : std::string();
    const std::string usual = providers::group_suffix(group);
    if (walk_ && failure.message.ends_with(usual)) {
        failure.message.resize(failure.message.size() - usual.size());
        if (!walk_->tried().empty()) {
            // LiteLLM's advice to set fallbacks: they are.
            failure.message.resize(std::min(failure.message.rfind("\nmodel=" + group + ". con"),
                                            failure.message.size()));
        }
        failure.message += routing::fallback_note(*walk_, group, last.failure->message);
    }
    if (first.reached) {
        failure = without_blame(std::move(failure));
    }
    co_await req_.send_error(failure, first.provider_lines);
}

/// Without the upstream's words, which may repeat the prompt.
void model_call::log_next(const tried& last) const {
    spdlog::info("{} status {}; tried next: model={} deployment={}", context_.call_id,
                 last.failure->status, context_.requested_model, context_.target->id);
}

void model_call::note_success() {
    const auto& state = context_.target->state;
    if (state == nullptr) {
        return;
    }
    const auto now = context_.upstream_answered;
    state->count_success(now);
    if (counts_requests() && context_.tokens) {
        state->count_tokens(context_.tokens->total_tokens, now);
    }
    if (req_.config->settings->router.strategy == config::routing_strategy::latency_based) {
        note_latency(net::clock::now());
    }
}

/// As LiteLLM: seconds for each token of the answer, or of the whole call where it has none.
void model_call::note_latency(net::clock::time_point now) {
    const int most = req_.config->settings->router.latency.max_latency_list_size;
    const auto seconds = [this](net::clock::time_point until) {
        return std::chrono::duration<double>(until - context_.upstream_started).count();
    };
    const std::int64_t tokens = context_.tokens ? context_.tokens->completion_tokens : 0;
    context_.target->state->add_latency(
        seconds(now) / static_cast<double>(std::max<std::int64_t>(tokens, 1)), most, now);
    if (context_.first_content != net::clock::time_point()) {
        context_.target->state->add_first_token(seconds(context_.first_content), most, now);
    }
}

void model_call::note_failure(const tried& last) {
    const auto& target = *context_.target;
    if (!last.reached || target.state == nullptr) {
        return;
    }
    const auto& rules = req_.config->settings->router;
    const auto now = net::clock::now();
    const auto failed = routing::failed_try::of(*last.failure, last.retry_after);
    const bool is_timeout = failed.kind == error_class::timeout;
    if (is_timeout && rules.strategy == config::routing_strategy::latency_based) {
        target.state->add_latency(timeout_latency, rules.latency.max_latency_list_size, now);
    }
    auto rest = routing::rest_after(
        {.failed = failed,
         .found = *group_,
         .target = target,
         .rules = rules,
         .why = last.failure->message,
         .clients_timeout = is_timeout && failed.status == 408 && parsed_.timeout.has_value(),
         .now = now});
    if (!rest) {
        return;
    }
    const std::string why = rest->why;
    const auto seconds = std::chrono::duration<double>(rest->until - now).count();
    if (target.state->begin_rest(std::move(*rest), now)) {
        spdlog::error("deployment {} of {}: its provider refuses its credential: {}", target.id,
                      target.group, why);
    } else {
        spdlog::debug("deployment {} of {} rests for {:.1f} s: {}", target.id, target.group,
                      seconds, why);
    }
}

model_call::tried model_call::before_first_try() {
    tried out;
    out.unavailable = true;
    if (unavailable_) {
        out.failure = std::move(unavailable_);
    } else if (parsed_.mock != mock_failure::none) {
        out.unavailable = parsed_.mock != mock_failure::rate_limit_error;
        out.failure = mocked_failure();
    }
    return out;
}

error model_call::mocked_failure() const {
    const std::string text =
        "This is a mock exception for model=" + context_.requested_model + ", to trigger a ";
    const auto make = [this](error_class kind, int status, const std::string& message) {
        error out(status, std::string(error_type_for_status(status)),
                  "litellm." + message + providers::group_suffix(context_.requested_model));
        out.kind = kind;
        return out;
    };
    switch (parsed_.mock) {
    case mock_failure::context_fallbacks:
        return make(error_class::context_window_exceeded, 400,
                    "ContextWindowExceededError: " + text + "fallback.");
    case mock_failure::content_policy_fallbacks:
        return make(error_class::content_policy_violation, 400,
                    "ContentPolicyViolationError: " + text + "fallback.");
    case mock_failure::rate_limit_error:
        return make(error_class::rate_limit, 429, "RateLimitError: " + text + "rate limit error.");
    case mock_failure::timeout:
        return providers::timeout_error(context_.timeout, 0, context_.requested_model);
    case mock_failure::fallbacks:
    case mock_failure::none:
        break;
    }
    return make(error_class::internal_server, 500, "InternalServerError: " + text + "fallback.");
}

} // namespace llm_proxy::server
