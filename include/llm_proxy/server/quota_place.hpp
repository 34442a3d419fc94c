#pragma once

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/limits/shared_quota.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/server/request.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::server {

/// What a call asks of the limits.
struct place_wish {
    /// Where it may go, the best first; each has a quota, or none has.
    std::span<const std::shared_ptr<const model::deployment>> ranked;
    std::string_view group; // as the client asked
    std::string_view body;
    const std::vector<json::member>* members = nullptr; // of the body
    /// Of those that wait, the lowest goes first; the body's `priority` wins.
    int default_priority = 0;
    std::chrono::duration<double> longest_wait{0};
};

/// Where it goes, with its place in the limits there.
struct granted_place {
    std::shared_ptr<const model::deployment> target;
    limits::reservation place;
};

/// A place at the first deployment that has one and nobody waits for; else why there is none.
boost::system::result<granted_place, limits::refusal> find_place(services& shared,
                                                                 const place_wish& wish);

/// Waits in the line of the group for a place, as long as the call may. Ends with an error in
/// LiteLLM's shape; when it was interrupted (the client left) nobody reads that.
net::task<result<granted_place>> wait_in_line(services& shared, net::interruptor& interrupts,
                                              const place_wish& wish, limits::refusal refused);

/// The 429 for a call that has no place.
error limit_error(const limits::refusal& why, std::string_view group, limits::time_point now);

/// `x-ratelimit-*` of an answer, as OpenAI's, for the deployment's limits; empty without limits.
std::string limit_lines(limits::shared_quota& quota, limits::time_point now);

} // namespace llm_proxy::server
