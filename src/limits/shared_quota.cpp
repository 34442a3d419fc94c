#include "llm_proxy/limits/shared_quota.hpp"

#include "llm_proxy/limits/clock.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::limits {

shared_quota::shared_quota(std::string name, ledger_entry* kept, time_point now)
    : name_(std::move(name)), kept_(kept), quota_(limit_table(), reset_rule()) {
    if (kept_ != nullptr) {
        quota_.restore(kept_->read(now));
    }
}

void shared_quota::configure(const limit_table& configured, const reset_rule& rule) {
    {
        const std::lock_guard lock(mutex_);
        quota_.configure(configured, rule);
        warned_ = {};
    }
    tell_subscribers();
}

std::optional<refusal> shared_quota::take(std::int64_t tokens, time_point now, reservation& out) {
    {
        const std::lock_guard lock(mutex_);
        auto refused = quota_.take(tokens, now);
        if (refused) {
            return refused;
        }
        if (kept_ != nullptr) {
            kept_->add(now, 1, tokens);
            keep_day(now);
        }
    }
    out.release();
    out.from_ = shared_from_this();
    out.held_ = {now, tokens};
    out.reached_ = false;
    return std::nullopt;
}

std::optional<refusal> shared_quota::check(std::int64_t tokens, time_point now) {
    const std::lock_guard lock(mutex_);
    return quota_.check(tokens, now);
}

bool shared_quota::limits_tokens() {
    const std::lock_guard lock(mutex_);
    return quota_.limit_of(kind::tpm) || quota_.limit_of(kind::tpd);
}

std::int64_t shared_quota::estimate(std::string_view body, std::optional<std::int64_t> max_tokens) {
    const std::int64_t prompt = rough_tokens(body);
    if (max_tokens) {
        return prompt + std::max<std::int64_t>(0, *max_tokens);
    }
    const std::lock_guard lock(mutex_);
    return prompt + static_cast<std::int64_t>(mean_completion_);
}

bool shared_quota::learn(const lesson& told, time_point now) {
    const std::lock_guard lock(mutex_);
    bool warns = false;
    if (told.limit) {
        const auto index = static_cast<std::size_t>(told.which);
        const auto configured = quota_.configured_limit(told.which);
        warns = configured && *configured > *told.limit && !std::exchange(warned_[index], true);
        quota_.learn(told.which, *told.limit, now);
    }
    if (told.day_ends) {
        quota_.learn_reset(*told.day_ends, now);
    }
    if (told.remaining && told.limit) {
        quota_.learn_used(told.which, *told.limit - *told.remaining, now);
    }
    if (told.rest_until) {
        quota_.rest(told.which, *told.rest_until);
    }
    if (told.day_is_over) {
        quota_.rest(told.which, quota_.day(now).ends);
    }
    if (kept_ != nullptr) {
        kept_->keep_lessons(quota_.learned());
        keep_day(now);
    }
    return warns;
}

std::array<standing, kind_count> shared_quota::standings(time_point now) {
    const std::lock_guard lock(mutex_);
    return quota_.standings(now);
}

std::optional<refusal> shared_quota::resting(time_point now) {
    const std::lock_guard lock(mutex_);
    return quota_.resting(now);
}

allowance shared_quota::left(time_point now) {
    const std::lock_guard lock(mutex_);
    return quota_.left(now);
}

void shared_quota::subscribe(std::weak_ptr<const std::function<void()>> on_change) {
    const std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& one) { return one.expired(); });
    subscribers_.push_back(std::move(on_change));
}

void shared_quota::give_back(const place& held) {
    const std::lock_guard lock(mutex_);
    quota_.give_back(held);
    if (kept_ != nullptr) {
        kept_->add(held.taken, -1, -held.tokens);
        keep_day(held.taken);
    }
}

void shared_quota::settle(const place& held, std::int64_t tokens, std::int64_t completion) {
    const std::lock_guard lock(mutex_);
    quota_.settle(held, tokens);
    mean_completion_ += (static_cast<double>(completion) - mean_completion_) / 16;
    if (kept_ != nullptr) {
        kept_->add(held.taken, 0, tokens - held.tokens);
        keep_day(held.taken);
    }
}

void shared_quota::finish() {
    {
        const std::lock_guard lock(mutex_);
        quota_.finish();
        if (subscribers_.empty()) {
            return;
        }
    }
    tell_subscribers();
}

/// `now` may lie in the past: the day is only looked at.
void shared_quota::keep_day(time_point now) {
    kept_->keep_day(quota_.day(now));
}

void shared_quota::tell_subscribers() {
    std::vector<std::shared_ptr<const std::function<void()>>> alive;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : subscribers_) {
            if (auto held = one.lock()) {
                alive.push_back(std::move(held));
            }
        }
    }
    for (const auto& one : alive) {
        (*one)();
    }
}

reservation::reservation(reservation&& other) noexcept
    : from_(std::move(other.from_)), held_(other.held_), reached_(other.reached_) {}

reservation& reservation::operator=(reservation&& other) noexcept {
    if (this != &other) {
        release();
        from_ = std::move(other.from_);
        held_ = other.held_;
        reached_ = other.reached_;
    }
    return *this;
}

void reservation::settle(std::int64_t tokens, std::int64_t completion) {
    if (from_ != nullptr && reached_) {
        from_->settle(held_, tokens, completion);
        held_.tokens = tokens;
    }
}

void reservation::release() {
    const auto from = std::exchange(from_, nullptr);
    if (from == nullptr) {
        return;
    }
    if (!reached_) {
        from->give_back(held_);
    }
    from->finish();
}

std::int64_t rough_tokens(std::string_view body) {
    constexpr std::string_view mark = ";base64,";
    constexpr std::int64_t bytes_a_token = 4;
    constexpr std::int64_t tokens_a_file = 1000;
    auto bytes = static_cast<std::int64_t>(body.size());
    std::int64_t files = 0;
    for (std::size_t at = body.find(mark); at != std::string_view::npos; at = body.find(mark, at)) {
        const std::size_t end = std::min(body.find('"', at), body.size());
        bytes -= static_cast<std::int64_t>(end - at);
        ++files;
        at = end;
    }
    return bytes / bytes_a_token + files * tokens_a_file;
}

} // namespace llm_proxy::limits
