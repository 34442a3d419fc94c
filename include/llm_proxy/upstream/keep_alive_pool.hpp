#pragma once

#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/upstream/connector.hpp"
#include "llm_proxy/upstream/pool_node.hpp"
#include "llm_proxy/upstream/scratch.hpp"

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

namespace llm_proxy::upstream {

/// The connections of one worker. Every open connection takes a slot of its origin; where all slots
/// are taken, exchanges wait in line, and whoever is done hands over to the first of them: so while
/// somebody waits, nothing is idle and nobody overtakes. Shared with the exchanges, which may end
/// later than the `pool` that made them.
class keep_alive_pool : public std::enable_shared_from_this<keep_alive_pool> {
public:
    class turn;

    struct origin {
        origin(std::size_t max_open, const pool_options& options)
            : node(max_open, options.max_idle_per_endpoint, options.idle_time) {}

        pool_node<connection> node;
        std::list<turn*> waiting;
        std::size_t users = 0; // exchanges that refer to it
    };

    keep_alive_pool(connector links, net::executor ex, const pool_options& options);

    /// The origin's place; stays until `leave`.
    origin& enter(const endpoint& to);
    void leave(const endpoint& to, origin& at);

    /// A kept connection, with its slot. One that was idle for a while is looked at first; for the
    /// others the one safe resend is cheaper than a system call each time.
    std::optional<connection> take_kept(origin& at);

    /// A slot, waited for if need be; `kept` gets a kept connection if one came with it.
    net::task<outcome> take_slot(origin& at, connection& kept);

    /// Gives a slot back together with a connection fit for another request.
    void keep(origin& at, connection link);
    /// Gives a slot back whose connection is closed or was never made.
    void give_back_slot(origin& at);

    connector& links() { return links_; }
    scratch_shelf& scratches() { return scratches_; }
    const pool_options& options() const { return options_; }

    std::size_t idle() const { return idle_; }
    std::size_t open() const { return open_; }
    void stop();

private:
    bool make_room();
    void discard(connection link);
    void schedule_reaping(net::clock::time_point when);
    void reap();

    connector links_;
    net::executor executor_;
    pool_options options_;
    std::unordered_map<endpoint, origin, endpoint_hash> origins_;
    scratch_shelf scratches_;
    net::timer reaper_; // runs only while something is idle
    bool reaping_ = false;
    bool stopped_ = false;
    std::size_t idle_ = 0;
    std::size_t open_ = 0;
};

} // namespace llm_proxy::upstream
