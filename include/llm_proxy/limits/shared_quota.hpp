#pragma once

#include "llm_proxy/limits/ledger.hpp"
#include "llm_proxy/limits/lesson.hpp"
#include "llm_proxy/limits/quota.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::limits {

class reservation;

/// A quota that all workers share, and whose counts outlive the process. Thread-safe.
class shared_quota : public std::enable_shared_from_this<shared_quota> {
public:
    /// `kept` outlives it; null if its counts end with the process.
    shared_quota(std::string name, ledger_entry* kept, time_point now);

    /// For people: a deployment's, or that of its `quota_group`.
    const std::string& name() const { return name_; }

    /// Puts limits in force; the counts go on. Until then nothing is limited.
    void configure(const limit_table& configured, const reset_rule& rule);

    /// As `quota::take`; `out` is the place if there is one.
    std::optional<refusal> take(std::int64_t tokens, time_point now, reservation& out);
    std::optional<refusal> check(std::int64_t tokens, time_point now);

    /// How many tokens to reserve for a request: what it may use at most, or what others used.
    std::int64_t estimate(std::string_view body, std::optional<std::int64_t> max_tokens);
    /// Whether tokens are limited at all, so that an estimate matters.
    bool limits_tokens();

    /// True if the configured limit turns out to be above the provider's; once for each kind.
    bool learn(const lesson& told, time_point now);
    std::array<standing, kind_count> standings(time_point now);
    std::optional<refusal> resting(time_point now);
    allowance left(time_point now);

    /// Called, from any thread, when a place may have become free before its time: a request ended
    /// or was given back, or the limits changed. Ends with the subscriber.
    void subscribe(std::weak_ptr<const std::function<void()>> on_change);

private:
    friend class reservation;
    void give_back(const place& held);
    void settle(const place& held, std::int64_t tokens, std::int64_t completion);
    void finish();
    void keep_day(time_point now);
    void tell_subscribers();

    const std::string name_;
    ledger_entry* const kept_;
    std::mutex mutex_;
    quota quota_;
    double mean_completion_ = 256; // tokens
    std::array<bool, kind_count> warned_{};
    std::vector<std::weak_ptr<const std::function<void()>>> subscribers_;
};

/// One request's place in a quota. Given back when it ends without `reached`; its share of the
/// requests at a time is free when it ends. Not thread-safe; moves between threads are fine.
class reservation {
public:
    reservation() = default;
    reservation(reservation&& other) noexcept;
    reservation& operator=(reservation&& other) noexcept;
    ~reservation() { release(); }

    /// The request has gone to the provider, which will count it.
    void reached() { reached_ = true; }
    /// How many tokens it used, and how many of them in the answer.
    void settle(std::int64_t tokens, std::int64_t completion);
    void release();

private:
    friend class shared_quota;

    std::shared_ptr<shared_quota> from_;
    place held_;
    bool reached_ = false;
};

/// A rough count of the tokens of a request's body: four bytes each, and a fixed sum for every
/// embedded file, whatever its size. The real count corrects it.
std::int64_t rough_tokens(std::string_view body);

} // namespace llm_proxy::limits
