#pragma once

#include "llm_proxy/limits/quota.hpp"
#include "llm_proxy/util/error.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

namespace llm_proxy::limits {

/// What is kept of one quota, as it lies in the file. A minute's takings are summed up by the
/// second: what comes back in a later life comes back at most a second late, never early.
struct ledger_entry {
    struct second {
        std::int64_t last = 0; // of its takings; nanoseconds since the epoch
        std::int64_t requests = 0;
        std::int64_t tokens = 0;
    };
    static constexpr std::size_t seconds_kept = 64;

    std::array<char, 32> identity{}; // of a hash; zeros: free
    std::int64_t touched = 0;        // nanoseconds since the epoch
    std::int64_t day_began = 0;
    std::int64_t day_ends = 0;
    std::int64_t requests_today = 0;
    std::int64_t tokens_today = 0;
    std::array<std::int64_t, kind_count> learned{}; // one more than the limit; 0: nothing learned
    std::int64_t learned_until = 0;
    std::int64_t resting_until = 0;
    std::int64_t resting_for = 0;
    std::array<second, seconds_kept> seconds{};

    second& second_of(time_point when);
    /// A place was taken, or given back or corrected (negative) some time after.
    void add(time_point when, std::int64_t more_requests, std::int64_t more_tokens);
    void keep_day(const quota::day_record& day);
    void keep_lessons(const quota::lessons& learned_now);
    quota::record read(time_point now) const;
};
static_assert(std::is_trivially_copyable_v<ledger_entry>);

/// A file with one entry for each quota, mapped into memory: a count is kept as soon as it is
/// written, even if the process is killed in the next instant. A thread of its own sees to it that
/// no more than a second is missing after a power failure. One process uses a file at a time.
class ledger {
public:
    /// Opens or makes the file. A file of another format begins anew. The error is for people.
    static result<std::unique_ptr<ledger>> open(const std::string& path);
    ~ledger();
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;

    /// The entry of a quota; where there is none, a free one or that which rested longest, if for
    /// at least two days. Null if all are in use. Not thread-safe.
    ledger_entry* find(std::string_view identity, time_point now);

    static constexpr std::size_t entries = 4096;

private:
    struct file;
    ledger(int descriptor, file* mapped);
    void write_to_disk();

    int descriptor_;
    file* mapped_;
    std::mutex mutex_;
    std::condition_variable stop_;
    bool stopping_ = false;
    std::thread writer_;
};

} // namespace llm_proxy::limits
