#include "llm_proxy/limits/quota.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace llm_proxy::limits {

namespace {

constexpr std::chrono::seconds minute{60};
/// Large enough for every count, small enough to add to.
constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max() / 4;

constexpr std::size_t index_of(kind which) {
    return static_cast<std::size_t>(which);
}

} // namespace

quota::quota(const limit_table& configured, const reset_rule& rule)
    : configured_(configured), requests_(unlimited, minute), tokens_(unlimited, minute),
      requests_today_(unlimited, rule), tokens_today_(unlimited, rule) {
    apply_limits();
}

void quota::configure(const limit_table& configured, const reset_rule& rule) {
    configured_ = configured;
    requests_today_.set_rule(rule);
    tokens_today_.set_rule(rule);
    apply_limits();
}

std::optional<std::int64_t> quota::limit_of(kind which) const {
    const auto& configured = configured_[index_of(which)];
    const auto& learned = learned_.limits[index_of(which)];
    if (configured && learned) {
        return std::min(*configured, *learned);
    }
    return configured ? configured : learned;
}

std::optional<std::int64_t> quota::configured_limit(kind which) const {
    return configured_[index_of(which)];
}

std::optional<refusal> quota::resting(time_point now) const {
    if (now >= learned_.resting_until) {
        return std::nullopt;
    }
    return refusal{learned_.resting_for, limit_of(learned_.resting_for).value_or(-1),
                   learned_.resting_until};
}

void quota::apply_limits() {
    requests_.set_limit(limit_of(kind::rpm).value_or(unlimited));
    tokens_.set_limit(limit_of(kind::tpm).value_or(unlimited));
    requests_today_.set_limit(limit_of(kind::rpd).value_or(unlimited));
    tokens_today_.set_limit(limit_of(kind::tpd).value_or(unlimited));
    parallel_limit_ = limit_of(kind::parallel).value_or(unlimited);
}

void quota::note(std::optional<refusal>& worst, kind which, std::int64_t limit,
                 time_point free_at) {
    if (!worst || free_at > worst->free_at) {
        worst = refusal{which, limit, free_at};
    }
}

std::optional<refusal> quota::check(std::int64_t tokens, time_point now) {
    forget_old_lessons(now);
    std::optional<refusal> worst = resting(now);
    const auto ask = [&](auto& window, kind which, std::int64_t wanted) {
        const std::int64_t amount = std::max<std::int64_t>(1, std::min(wanted, window.limit()));
        if (!window.fits(amount, now)) {
            note(worst, which, window.limit(), window.free_at(amount, now));
        }
    };
    ask(requests_, kind::rpm, 1);
    ask(requests_today_, kind::rpd, 1);
    ask(tokens_, kind::tpm, tokens);
    ask(tokens_today_, kind::tpd, tokens);
    if (in_flight_ >= parallel_limit_) {
        note(worst, kind::parallel, parallel_limit_, time_point::max());
    }
    return worst;
}

std::optional<refusal> quota::take(std::int64_t tokens, time_point now) {
    auto refused = check(tokens, now);
    if (!refused) {
        requests_.take(1, now);
        requests_today_.take(1, now);
        tokens_.take(tokens, now);
        tokens_today_.take(tokens, now);
        ++in_flight_;
    }
    return refused;
}

void quota::give_back(const place& held) {
    requests_.correct(held.taken, -1);
    requests_today_.correct(held.taken, -1);
    settle(held, 0);
}

void quota::settle(const place& held, std::int64_t tokens) {
    tokens_.correct(held.taken, tokens - held.tokens);
    tokens_today_.correct(held.taken, tokens - held.tokens);
}

void quota::finish() {
    --in_flight_;
}

void quota::learn(kind which, std::int64_t limit, time_point now) {
    constexpr std::chrono::hours held{24};
    learned_.limits[index_of(which)] = limit;
    learned_.hold_until = now + held;
    apply_limits();
}

void quota::forget_old_lessons(time_point now) {
    if (learned_.hold_until != time_point() && now >= learned_.hold_until) {
        learned_.limits = {};
        learned_.hold_until = {};
        apply_limits();
    }
}

void quota::rest(kind why, time_point until) {
    if (until > learned_.resting_until) {
        learned_.resting_until = until;
        learned_.resting_for = why;
    }
}

void quota::learn_used(kind which, std::int64_t used, time_point now) {
    if (which == kind::rpd) {
        requests_today_.raise_used(used, now);
    } else if (which == kind::tpd) {
        tokens_today_.raise_used(used, now);
    }
}

void quota::learn_reset(time_point when, time_point now) {
    requests_today_.set_next_reset(when, now);
    tokens_today_.set_next_reset(when, now);
}

std::array<standing, kind_count> quota::standings(time_point now) {
    std::array<standing, kind_count> out;
    for (std::size_t i = 0; i < kind_count; ++i) {
        out[i].configured = configured_[i];
        out[i].learned = learned_.limits[i];
    }
    const auto show = [&](kind which, std::int64_t used, time_point reset) {
        out[index_of(which)].used = used;
        out[index_of(which)].reset = reset;
    };
    show(kind::rpm, requests_.used(now), requests_.empty_at(now));
    show(kind::tpm, tokens_.used(now), tokens_.empty_at(now));
    show(kind::rpd, requests_today_.used(now), requests_today_.next_reset(now));
    show(kind::tpd, tokens_today_.used(now), tokens_today_.next_reset(now));
    show(kind::parallel, in_flight_, now);
    return out;
}

allowance quota::left(time_point now) {
    const auto tighter = [&](rolling_window& minutes, day_window& days) {
        allowance::part out;
        if (minutes.limit() < unlimited) {
            out = {minutes.limit(), minutes.limit() - minutes.used(now), minutes.empty_at(now)};
        }
        const std::int64_t today = days.limit() - days.used(now);
        if (days.limit() < unlimited && (!out.limit || today < out.remaining)) {
            out = {days.limit(), today, days.next_reset(now)};
        }
        out.remaining = std::max<std::int64_t>(0, out.remaining);
        return out;
    };
    return {tighter(requests_, requests_today_), tighter(tokens_, tokens_today_)};
}

quota::day_record quota::day(time_point now) {
    day_record out;
    out.requests = requests_today_.used(now);
    out.tokens = tokens_today_.used(now);
    out.began = requests_today_.began();
    out.ends = requests_today_.next_reset(now);
    return out;
}

quota::record quota::save(time_point now) {
    return {requests_.takings(now), tokens_.takings(now), day(now), learned_};
}

void quota::restore(record earlier) {
    requests_.restore(std::move(earlier.requests));
    tokens_.restore(std::move(earlier.tokens));
    const day_record& day = earlier.day;
    requests_today_.restore(day.requests, day.began, day.ends);
    tokens_today_.restore(day.tokens, day.began, day.ends);
    learned_ = earlier.learned;
    apply_limits();
}

} // namespace llm_proxy::limits
