#pragma once

#include "llm_proxy/limits/day_window.hpp"
#include "llm_proxy/limits/rolling_window.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace llm_proxy::limits {

/// What a quota can limit: requests and tokens, in any rolling minute and in a day; requests at a
/// time.
enum class kind : std::uint8_t { rpm, tpm, rpd, tpd, parallel };
inline constexpr std::size_t kind_count = 5;

/// Limits by kind; nothing where there is none.
using limit_table = std::array<std::optional<std::int64_t>, kind_count>;

/// Why a request has no place, and from when on it would have one: `time_point::max()` where nobody
/// can tell (a request in flight must end) or none ever will.
struct refusal {
    kind which = kind::rpm;
    std::int64_t limit = 0; // negative: the provider's, which it did not tell
    time_point free_at = time_point::max();
};

/// One request's place in a quota.
struct place {
    time_point taken;
    std::int64_t tokens = 0; // reserved
};

/// How one kind of limit stands.
struct standing {
    std::optional<std::int64_t> configured;
    std::optional<std::int64_t> learned;
    std::int64_t used = 0;
    /// When a day's count begins anew; of a minute's, when all of it has come back.
    time_point reset;
};

/// What is left of the tighter window of each sort, the minute's or the day's.
struct allowance {
    struct part {
        std::optional<std::int64_t> limit; // nothing: unlimited
        std::int64_t remaining = 0;
        time_point reset; // when all of it is back
    };
    part requests;
    part tokens;
};

/// Everything that limits one deployment, or the deployments that share a provider's quota. A
/// request gets a place against all its limits at once, or none. Used by one thread at a time;
/// `now` must not go back from call to call.
class quota {
public:
    quota(const limit_table& configured, const reset_rule& rule);

    /// Puts other limits in force; the counts go on.
    void configure(const limit_table& configured, const reset_rule& rule);

    /// Takes a place for a request that may use `tokens`: nothing if it has one now, else what is
    /// in its way the longest. A request that alone is above a limit on tokens gets its place when
    /// that window is empty.
    std::optional<refusal> take(std::int64_t tokens, time_point now);
    /// The same without taking.
    std::optional<refusal> check(std::int64_t tokens, time_point now);

    /// The request never reached the provider.
    void give_back(const place& held);
    /// The request used so many tokens.
    void settle(const place& held, std::int64_t tokens);
    /// The request has ended: makes room for another at the same time.
    void finish();

    /// The provider told its limit; the lower one of this and the configured one holds, for a day,
    /// so that one that was raised is found out. A limit of 0 lets nothing through.
    void learn(kind which, std::int64_t limit, time_point now);
    /// The provider refused: nothing goes to it before `until`.
    void rest(kind why, time_point until);
    /// The provider told how much of its day is used, or when that ends.
    void learn_used(kind which, std::int64_t used, time_point now);
    void learn_reset(time_point when, time_point now);

    std::optional<std::int64_t> limit_of(kind which) const;
    std::optional<std::int64_t> configured_limit(kind which) const;
    /// Why it takes nothing, whatever its counts, and until when.
    std::optional<refusal> resting(time_point now) const;
    std::array<standing, kind_count> standings(time_point now);
    allowance left(time_point now);

    /// A day's counts.
    struct day_record {
        time_point began;
        time_point ends;
        std::int64_t requests = 0;
        std::int64_t tokens = 0;
    };
    /// What the provider taught.
    struct lessons {
        limit_table limits;
        time_point hold_until;
        time_point resting_until;
        kind resting_for = kind::rpm;
    };
    /// What must outlive the process.
    struct record {
        std::vector<taking> requests; // of the last minute
        std::vector<taking> tokens;
        day_record day;
        lessons learned;
    };
    day_record day(time_point now);
    const lessons& learned() const { return learned_; }
    record save(time_point now);
    /// Before anything is taken.
    void restore(record earlier);

private:
    void apply_limits();
    void forget_old_lessons(time_point now);
    static void note(std::optional<refusal>& worst, kind which, std::int64_t limit,
                     time_point free_at);

    limit_table configured_;
    lessons learned_;
    rolling_window requests_;
    rolling_window tokens_;
    day_window requests_today_;
    day_window tokens_today_;
    std::int64_t parallel_limit_ = 0;
    std::int64_t in_flight_ = 0;
};

} // namespace llm_proxy::limits
