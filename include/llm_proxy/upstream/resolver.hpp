#pragma once

#include "llm_proxy/net/executor.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::upstream {

/// The addresses of a host in the order in which to try them, or why there are none.
struct resolution {
    resolution() = default;
    explicit resolution(std::vector<net::asio::ip::address> found) : addresses(std::move(found)) {}
    explicit resolution(std::string why) : problem(std::move(why)) {}

    std::vector<net::asio::ip::address> addresses;
    std::string problem;
};

/// IPv6 and IPv4 by turns, beginning with the family of the first address; otherwise in the given
/// order (RFC 8305, section 4).
std::vector<net::asio::ip::address>
interleave_families(const std::vector<net::asio::ip::address>& addresses);

/// Asks the system (getaddrinfo). Blocks.
resolution system_lookup(const std::string& host);

struct resolver_options {
    std::size_t threads = 4;
    std::size_t max_names = 1024; // remembered
    std::size_t max_queue = 256;  // waiting for a thread
    std::chrono::milliseconds keep_found{30'000};
    std::chrono::milliseconds keep_failed{2'000};
};

/// Resolves host names for all workers on a few threads of its own, so that a dead name delays
/// nobody but those who asked for it. One lookup at a time per name; answers are remembered.
class resolver {
public:
    using lookup = std::function<resolution(const std::string& host)>;

    explicit resolver(lookup how = system_lookup, const resolver_options& options = {});
    /// Does not wait for lookups under way: the system may take half a minute for one.
    ~resolver();
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;

    /// Called by a coroutine on `ex`. An IP address is answered without a thread. Ends at once,
    /// with a problem, when the coroutine is cancelled; the lookup then goes on for others.
    net::task<resolution> resolve(net::executor ex, std::string host);

private:
    struct state;
    class question;

    std::shared_ptr<state> state_;
};

} // namespace llm_proxy::upstream
