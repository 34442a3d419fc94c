// The part of model_call that decides what is tried next.
#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/server/model_call.hpp"
#include "llm_proxy/server/priced_request.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace llm_proxy::server {

namespace {

std::string_view value_in(std::string_view body, const std::vector<json::member>& members,
                          std::string_view name) {
    const auto* found = json::find(body, members, name);
    return found == nullptr || found->type == json::kind::null ? std::string_view()
                                                               : json::value_of(body, *found);
}

} // namespace

bool model_call::use_group(std::string name) {
    context_.requested_model = std::move(name); // the match may refer to it
    group_ = req_.config->models.find(context_.requested_model);
    failed_.clear();
    context_.retries = 0;
    return group_.has_value();
}

routing::choice model_call::choosing(bool pass_failed) const {
    const auto& rules = req_.config->settings->router;
    routing::choice how{.rules = rules,
                        .excluded = {},
                        .tags = tags_,
                        .stream = context_.stream,
                        .now = context_.target ? net::clock::now() : context_.started,
                        .wall = {}};
    if (pass_failed) {
        how.excluded = failed_;
    }
    if (rules.strategy == config::routing_strategy::free_first) {
        how.wall = limits::now();
    }
    return how;
}

std::optional<error> model_call::choose_target() {
    const routing::choice how = choosing(true);
    const auto* found = routing::choose(*group_, how, req_.shared.random);
    if (found != nullptr) {
        use_target(*found);
        return std::nullopt;
    }
    const auto& all = group_->group->deployments;
    if (all.size() == 1 && all.front()->credential_missing) {
        context_.target = all.front();
        return missing_credential();
    }
    return routing::unavailable(*group_, how, context_.requested_model);
}

void model_call::use_target(const std::shared_ptr<const model::deployment>& target) {
    if (context_.target != target) {
        access_ = {};
        refused_login_ = 0;
        if (context_.target && context_.target->adapter != target->adapter) {
            files_.reset(); // another provider may want others
            clock_runs_ = false;
        }
        context_.target = target;
    }
    context_.timeout = parsed_.timeout.value_or(target->timeout);
    context_.stream_timeout =
        parsed_.stream_timeout.value_or(parsed_.timeout.value_or(target->stream_timeout));
    context_.upstream_model = model::resolve_upstream_model(*target, group_->wildcard_part);
    mock_ = parsed_.mock_response ? parsed_.mock_response : target->mock_response;
    if (auto adopted = adopt_dialect(); !adopted) {
        untranslatable_ = adopted.error();
    }
    apply_usage_rule();
    context_.priced.reset();
    if (target->prices) {
        context_.priced = priced_parameters_of(context_.type, body_, parsed_, *target);
    }
}

net::task<bool> model_call::prepare_next(tried last) {
    if (req_.interrupts.reason() >= net::interrupt::client_gone) {
        req_.client.close_after();
        co_return false;
    }
    if (last.login_refused) {
        refused_login_ = access_.version;
        co_return true;
    }
    if (last.context_refused) {
        co_return true;
    }
    note_failure(last);
    context_.tokens.reset();
    context_.cost.reset();
    if (const auto pause = next_in_group(last)) {
        if (pause->count() > 0) {
            const bool waited = co_await wait(*pause);
            if (!waited) {
                req_.client.close_after();
                co_return false;
            }
        }
        ++context_.retries;
        if (pause->count() == 0 || !choose_target()) {
            log_next(last);
            co_return true;
        }
    }
    if (fall_back(last)) {
        log_next(last);
        co_return true;
    }
    co_await tell(last);
    co_return false;
}

std::optional<std::chrono::milliseconds> model_call::next_in_group(const tried& last) {
    if (form_ || last.unavailable) {
        return std::nullopt; // what was passed on as it came cannot be sent again
    }
    failed_.push_back(context_.target.get());
    const auto failed = routing::failed_try::of(*last.failure, last.retry_after);
    const bool may_retry = retries_left(failed) > 0;
    const auto* other = routing::choose(*group_, choosing(true), req_.shared.random);
    if (other != nullptr && (may_retry || goes_to_next_order(**other, *last.failure))) {
        use_target(*other);
        return std::chrono::milliseconds(0);
    }
    return may_retry && other == nullptr ? pause_before_same(failed) : std::nullopt;
}

std::optional<std::chrono::milliseconds>
model_call::pause_before_same(const routing::failed_try& failed) {
    if (routing::choose(*group_, choosing(false), req_.shared.random) == nullptr) {
        return std::nullopt;
    }
    const auto& headers = req_.head.headers;
    const auto deadline =
        routing::caller_deadline(context_.started, headers.find("x-stainless-read-timeout"),
                                 headers.find("x-litellm-timeout"));
    const auto pause = routing::retry_delay(
        failed, context_.retries, req_.config->settings->router.retry_after, req_.shared.random);
    failed_.clear();
    return net::clock::now() + pause < deadline ? std::optional(pause) : std::nullopt;
}

bool model_call::goes_to_next_order(const model::deployment& other, const error& failure) const {
    return other.routing.order > context_.target->routing.order &&
           failure.kind != error_class::context_window_exceeded &&
           failure.kind != error_class::content_policy_violation;
}

int model_call::retries_left(const routing::failed_try& failed) const {
    const routing::retry_sources from{
        .request = retries_asked(body_, parsed_.members, req_.head.headers),
        .target = *context_.target,
        .rules = req_.config->settings->router,
        .group = group_->group->name,
        .group_size = group_->only == nullptr ? group_->group->deployments.size() : 1};
    return routing::retries_after(failed, from) - context_.retries;
}

bool model_call::fall_back(const tried& last) {
    if (form_) {
        return false;
    }
    if (!walk_) {
        walk_.emplace(req_.config->settings->router, requested_fallbacks());
        first_failure_ = last;
    }
    auto kind = routing::failed_try::of(*last.failure).kind;
    for (;;) {
        const auto target = walk_->next({.asked = context_.requested_model,
                                         .name = group_->group->name,
                                         .provider = group_->group->deployments.front()->provider},
                                        kind);
        if (!target) {
            return false;
        }
        if (!req_.config->models.find(target->group) || !replace_members(*target)) {
            continue; // as LiteLLM: what does not exist is passed over
        }
        use_group(target->group);
        context_.fallbacks = walk_->count();
        const auto unavailable = choose_target();
        if (!unavailable) {
            return true;
        }
        kind = routing::failed_try::of(*unavailable).kind;
    }
}

bool model_call::replace_members(const routing::fallback_target& target) {
    if (own_body_.empty() && target.members.empty()) {
        return true;
    }
    std::string& said = dialect_ ? client_body_ : body_;
    if (own_body_.empty()) {
        own_body_ = said;
    }
    std::vector<json::member> members;
    json::scan_valid(own_body_, members);
    json::splice edited(own_body_, members);
    for (const auto& member : target.members) {
        edited.set(member.name, member.json);
    }
    said = edited.str();
    if (dialect_) {
        return true; // the next target has its chat made of it
    }
    parsed_.members.clear();
    return json::scan(body_, parsed_.members).has_value();
}

routing::request_fallbacks model_call::requested_fallbacks() const {
    const auto value = [this](std::string_view name) {
        return value_in(body_, parsed_.members, name);
    };
    return routing::read_request_fallbacks(value("fallbacks"), value("context_window_fallbacks"),
                                           value("content_policy_fallbacks"),
                                           value("disable_fallbacks") == "true");
}

void model_call::read_tags() {
    tags_ = tags_of(body_, parsed_.members, req_.head.headers);
}

} // namespace llm_proxy::server
