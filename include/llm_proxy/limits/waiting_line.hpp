#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace llm_proxy::limits {

/// Where the requests of one model group wait for a place: by priority, then first come, first
/// served. Only who stands first may take a place. Thread-safe.
class waiting_line : public std::enable_shared_from_this<waiting_line> {
public:
    /// A request's place in the line; it leaves the line with this. Thread-safe.
    class ticket {
    public:
        ~ticket();
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;

        bool first() const;
        /// How many stand before it.
        std::size_t before() const;

    private:
        friend class waiting_line;
        using order = std::pair<int, std::uint64_t>;
        ticket(std::shared_ptr<waiting_line> line, order at) : line_(std::move(line)), at_(at) {}

        std::shared_ptr<waiting_line> line_;
        order at_;
    };

    /// `total` counts those that wait in all lines.
    waiting_line(std::size_t longest, std::shared_ptr<std::atomic<std::size_t>> total)
        : longest_(longest), total_(std::move(total)) {}

    /// Whether a request of that priority would have to stand behind another.
    bool is_before(int priority) const;

    /// Joins the line; a lower number goes before a higher one. `wake` is called, from any thread,
    /// when it comes to stand first. Null if the line is full.
    std::unique_ptr<ticket> join(int priority, std::function<void()> wake);

private:
    void leave(ticket::order at);

    const std::size_t longest_;
    mutable std::mutex mutex_;
    std::map<ticket::order, std::function<void()>> waiting_;
    const std::shared_ptr<std::atomic<std::size_t>> total_;
    std::uint64_t next_ = 0;
};

/// The lines of all model groups. Thread-safe.
class waiting_lines {
public:
    /// The line of a group; made when it is first asked for.
    std::shared_ptr<waiting_line> of(std::string_view group);
    /// Whether anybody waits in any of them.
    bool any_waiting() const { return waiting_->load(std::memory_order_relaxed) > 0; }

    static constexpr std::size_t longest = 1000;

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<waiting_line>, std::less<>> lines_;
    std::shared_ptr<std::atomic<std::size_t>> waiting_ =
        std::make_shared<std::atomic<std::size_t>>(0);
};

} // namespace llm_proxy::limits
