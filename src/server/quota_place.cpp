#include "llm_proxy/server/quota_place.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/limits/limit_text.hpp"
#include "llm_proxy/limits/waiting_line.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/util/strings.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace llm_proxy::server {

namespace {

using limits::refusal;
using limits::time_point;
using attempt = boost::system::result<granted_place, refusal>;

std::optional<std::int64_t> whole_member(const place_wish& wish, std::string_view name) {
    const auto* item = json::find(wish.body, *wish.members, name);
    if (item == nullptr || item->type != json::kind::number) {
        return std::nullopt;
    }
    return read_whole_number(json::value_of(wish.body, *item));
}

std::int64_t tokens_for(const place_wish& wish, limits::shared_quota& quota) {
    if (!quota.limits_tokens()) {
        return 0;
    }
    auto most = whole_member(wish, "max_completion_tokens");
    for (const std::string_view name : {"max_tokens", "max_output_tokens"}) {
        if (!most) {
            most = whole_member(wish, name);
        }
    }
    return quota.estimate(wish.body, most);
}

int priority_of(const place_wish& wish) {
    constexpr std::int64_t furthest = 1'000'000;
    const auto own = whole_member(wish, "priority");
    return own ? static_cast<int>(std::clamp(*own, -furthest, furthest)) : wish.default_priority;
}

/// The first free place among the candidates, whoever waits.
attempt take_first(const place_wish& wish, time_point now) {
    std::optional<refusal> soonest;
    for (const auto& target : wish.ranked) {
        granted_place out;
        limits::shared_quota& quota = *target->quota;
        const auto refused = quota.take(tokens_for(wish, quota), now, out.place);
        if (!refused) {
            out.target = target;
            return out;
        }
        if (!soonest || refused->free_at < soonest->free_at) {
            soonest = refused;
        }
    }
    return *soonest;
}

/// Why a call has no place behind others: what keeps those waiting.
refusal refusal_behind(const place_wish& wish, time_point now) {
    std::optional<refusal> soonest;
    for (const auto& target : wish.ranked) {
        const auto refused = target->quota->check(tokens_for(wish, *target->quota), now);
        if (refused && (!soonest || refused->free_at < soonest->free_at)) {
            soonest = refused;
        }
    }
    // A place that is free this moment is the next one's of the line.
    return soonest.value_or(refusal{limits::kind::rpm, -1, now});
}

/// When a place is free for a call that `before` others precede, if all that limits them is a rate.
time_point turn_of(const place_wish& wish, std::size_t before, time_point first_free) {
    double per_minute = 0;
    for (const auto& target : wish.ranked) {
        if (target->rpm <= 0) {
            return first_free;
        }
        per_minute += target->rpm;
    }
    const std::chrono::duration<double> more(60.0 * static_cast<double>(before) / per_minute);
    return first_free + std::chrono::duration_cast<time_point::duration>(more);
}

/// One call's wait. On the loop of its worker but for `wake`.
class waiter {
public:
    waiter(services& shared, const place_wish& wish)
        : wish_(wish), timer_(std::make_shared<net::timer>(shared.executor)),
          line_(shared.lines->of(wish.group)) {
        wake_ = std::make_shared<const std::function<void()>>(
            [executor = shared.executor, weak = std::weak_ptr(timer_)] {
                net::asio::post(executor, [weak] {
                    if (const auto timer = weak.lock()) {
                        timer->cancel();
                    }
                });
            });
    }

    bool join() {
        ticket_ = line_->join(priority_of(wish_), *wake_);
        if (ticket_ == nullptr) {
            return false;
        }
        for (const auto& target : wish_.ranked) {
            target->quota->subscribe(wake_);
        }
        return true;
    }

    std::size_t before() const { return ticket_->before(); }

    net::task<attempt> run(net::interruptor& interrupts, time_point until, refusal why) {
        while (!interrupts.raised()) {
            const time_point now = limits::now();
            time_point next = until;
            if (ticket_->first()) {
                attempt got = take_first(wish_, now);
                if (got) {
                    co_return got;
                }
                why = got.error();
                next = std::min(next, why.free_at);
            }
            if (now >= until) {
                break;
            }
            timer_->expires_after(std::chrono::duration_cast<net::clock::duration>(next - now));
            net::error_code ec; // cut short by `wake_` or an interruption: either is seen above
            co_await timer_->async_wait(net::asio::redirect_error(net::use_task, ec));
        }
        co_return why;
    }

private:
    const place_wish& wish_;
    std::shared_ptr<net::timer> timer_;
    std::shared_ptr<limits::waiting_line> line_;
    std::shared_ptr<const std::function<void()>> wake_;
    std::unique_ptr<limits::waiting_line::ticket> ticket_;
};

} // namespace

attempt find_place(services& shared, const place_wish& wish) {
    const time_point now = limits::now();
    if (shared.lines != nullptr && shared.lines->any_waiting() &&
        shared.lines->of(wish.group)->is_before(priority_of(wish))) {
        return refusal_behind(wish, now);
    }
    return take_first(wish, now);
}

net::task<result<granted_place>> wait_in_line(services& shared, net::interruptor& interrupts,
                                              const place_wish& wish, refusal refused) {
    const time_point now = limits::now();
    const auto patience = std::chrono::duration_cast<time_point::duration>(wish.longest_wait);
    const time_point until = now + patience;
    // Nobody can tell when a request in flight will end.
    const bool foreseen = refused.free_at != time_point::max();
    if (shared.lines == nullptr || patience.count() == 0 || (foreseen && refused.free_at > until)) {
        co_return limit_error(refused, wish.group, now);
    }
    waiter line(shared, wish);
    if (!line.join() || (foreseen && turn_of(wish, line.before(), refused.free_at) > until)) {
        co_return limit_error(refused, wish.group, now);
    }
    attempt got = co_await line.run(interrupts, until, refused);
    if (got) {
        co_return std::move(*got);
    }
    co_return limit_error(got.error(), wish.group, limits::now());
}

error limit_error(const refusal& why, std::string_view group, time_point now) {
    error out(429, "throttling_error",
              "litellm.RateLimitError: Rate limit exceeded for model " + std::string(group) + ": " +
                  limits::describe(why, now) + providers::group_suffix(group));
    const auto wait = limits::wait_until(why.free_at, now);
    if (limits::is_of_a_day(why.which) || !wait) {
        // SDKs would sleep for hours, or try again at once.
        if (limits::is_of_a_day(why.which)) {
            out.headers.emplace_back("x-should-retry", "false");
        }
        return out;
    }
    const auto seconds = (wait->count() + 999) / 1000;
    out.headers.emplace_back("retry-after", std::to_string(seconds));
    out.headers.emplace_back("retry-after-ms", std::to_string(wait->count()));
    return out;
}

std::string limit_lines(limits::shared_quota& quota, time_point now) {
    std::string out;
    const limits::allowance left = quota.left(now);
    http::head_writer lines(out);
    const auto add = [&](const limits::allowance::part& part, const char* limit,
                         const char* remaining, const char* reset) {
        if (part.limit) {
            lines.header(limit, static_cast<std::uint64_t>(*part.limit));
            lines.header(remaining, static_cast<std::uint64_t>(part.remaining));
            lines.header(reset, limits::duration_text(part.reset - now));
        }
    };
    add(left.requests, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests");
    add(left.tokens, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens");
    return out;
}

} // namespace llm_proxy::server
