#include "llm_proxy/limits/ledger.hpp"

#include "llm_proxy/util/hash.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace llm_proxy::limits {

namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;

constexpr std::array<char, 16> format{"llm-proxy quota"};
/// After that every minute and every day that an entry holds is over.
constexpr std::chrono::hours stale{48};

std::int64_t count_of(time_point when) {
    return nanoseconds(when.time_since_epoch()).count();
}

time_point time_of(std::int64_t count) {
    return time_point(duration_cast<time_point::duration>(nanoseconds(count)));
}

std::int64_t second_number(std::int64_t count) {
    return count / 1'000'000'000;
}

error file_error(const std::string& path, const char* what) {
    return error(500, "", path + ": " + what + ": " + std::strerror(errno));
}

} // namespace

ledger_entry::second& ledger_entry::second_of(time_point when) {
    return seconds[static_cast<std::size_t>(second_number(count_of(when))) % seconds_kept];
}

void ledger_entry::add(time_point when, std::int64_t more_requests, std::int64_t more_tokens) {
    const std::int64_t count = count_of(when);
    second& at = second_of(when);
    if (second_number(at.last) < second_number(count)) {
        at = second();
    } else if (second_number(at.last) > second_number(count)) {
        return; // a correction that comes too late
    }
    at.last = std::max(at.last, count);
    at.requests = std::max<std::int64_t>(0, at.requests + more_requests);
    at.tokens = std::max<std::int64_t>(0, at.tokens + more_tokens);
    touched = std::max(touched, count);
}

void ledger_entry::keep_day(const quota::day_record& day) {
    day_began = count_of(day.began);
    day_ends = count_of(day.ends);
    requests_today = day.requests;
    tokens_today = day.tokens;
}

void ledger_entry::keep_lessons(const quota::lessons& learned_now) {
    for (std::size_t i = 0; i < kind_count; ++i) {
        learned[i] = learned_now.limits[i].value_or(-1) + 1;
    }
    learned_until = count_of(learned_now.hold_until);
    resting_until = count_of(learned_now.resting_until);
    resting_for = static_cast<std::int64_t>(learned_now.resting_for);
}

quota::record ledger_entry::read(time_point now) const {
    quota::record out;
    const std::int64_t horizon = count_of(now);
    for (const second& at : seconds) {
        // A clock that was set back must not keep anything out for longer than it can be.
        const time_point when = time_of(std::min(at.last, horizon));
        if (at.requests > 0) {
            out.requests.push_back({when, at.requests});
        }
        if (at.tokens > 0) {
            out.tokens.push_back({when, at.tokens});
        }
    }
    out.day = {time_of(std::min(day_began, horizon)), time_of(day_ends), requests_today,
               tokens_today};
    for (std::size_t i = 0; i < kind_count; ++i) {
        if (learned[i] > 0) {
            out.learned.limits[i] = learned[i] - 1;
        }
    }
    out.learned.hold_until = time_of(learned_until);
    out.learned.resting_until = time_of(resting_until);
    if (resting_for >= 0 && resting_for < static_cast<std::int64_t>(kind_count)) {
        out.learned.resting_for = static_cast<kind>(resting_for);
    }
    return out;
}

struct ledger::file {
    std::array<char, 16> format;
    std::uint64_t entry_size;
    std::uint64_t entry_count;
    std::array<ledger_entry, entries> list;
};

result<std::unique_ptr<ledger>> ledger::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return file_error(path, "cannot be opened");
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        error failed = file_error(path, "is in use by another process");
        ::close(descriptor);
        return failed;
    }
    struct stat found{};
    const bool sized =
        ::fstat(descriptor, &found) == 0 &&
        (found.st_size == sizeof(file) || ::ftruncate(descriptor, sizeof(file)) == 0);
    void* mapped =
        sized ? ::mmap(nullptr, sizeof(file), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
              : MAP_FAILED;
    if (mapped == MAP_FAILED) {
        error failed = file_error(path, "cannot be used");
        ::close(descriptor);
        return failed;
    }
    auto* content = static_cast<file*>(mapped);
    if (content->format != format || content->entry_size != sizeof(ledger_entry) ||
        content->entry_count != entries) {
        // Cut off and stretched again, it is all zeros and takes no space.
        if (::ftruncate(descriptor, 0) != 0 || ::ftruncate(descriptor, sizeof(file)) != 0) {
            error failed = file_error(path, "cannot be used");
            ::munmap(mapped, sizeof(file));
            ::close(descriptor);
            return failed;
        }
        content->format = format;
        content->entry_size = sizeof(ledger_entry);
        content->entry_count = entries;
    }
    return std::unique_ptr<ledger>(new ledger(descriptor, content));
}

ledger::ledger(int descriptor, file* mapped)
    : descriptor_(descriptor), mapped_(mapped), writer_([this] { write_to_disk(); }) {}

ledger::~ledger() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stop_.notify_one();
    writer_.join();
    ::munmap(mapped_, sizeof(file));
    ::close(descriptor_);
}

ledger_entry* ledger::find(std::string_view identity, time_point now) {
    const std::string digest = sha256_hex(identity);
    std::array<char, 32> wanted{};
    std::copy_n(digest.begin(), wanted.size(), wanted.begin());
    ledger_entry* oldest = nullptr;
    for (ledger_entry& entry : mapped_->list) {
        if (entry.identity == wanted) {
            return &entry;
        }
        if (entry.identity.front() == 0) {
            oldest = &entry;
            break; // entries are used in order, and are never freed
        }
        if (oldest == nullptr || entry.touched < oldest->touched) {
            oldest = &entry;
        }
    }
    if (oldest == nullptr || time_of(oldest->touched) > now - stale) {
        return nullptr;
    }
    *oldest = ledger_entry();
    oldest->identity = wanted;
    oldest->touched = count_of(now);
    return oldest;
}

/// What was not written to costs nothing: only pages that changed go to the disk.
void ledger::write_to_disk() {
    constexpr std::chrono::seconds pause{1};
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, pause, [this] { return stopping_; })) {
        ::msync(mapped_, sizeof(file), MS_SYNC);
    }
}

} // namespace llm_proxy::limits
