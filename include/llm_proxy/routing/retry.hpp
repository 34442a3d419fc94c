#pragma once

#include "llm_proxy/model/catalogue.hpp"
#include "llm_proxy/routing/deployment_state.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace llm_proxy::routing {

/// How one try at a deployment failed.
struct failed_try {
    error_class kind = error_class::unknown;
    int status = 500;
    /// Seconds the upstream asked to wait; nothing if it did not.
    std::optional<double> retry_after;

    /// What `error::kind` says, or else its status.
    static failed_try of(const error& failure, std::optional<double> retry_after = {});
};

/// Who may say how often a call is tried again.
struct retry_sources {
    /// `num_retries` of the request.
    std::optional<int> request;
    const model::deployment& target;
    const config::router_settings& rules;
    std::string_view group;
    /// Deployments of the group.
    std::size_t group_size = 1;
};

/// How many retries a group's call has, if the last try failed so: the request's, unless a policy
/// has a number for this kind of failure; the deployment's, the router's, 2. A policy's number
/// holds for any failure; else 408, 409, 429 and 5xx are tried again, 401 and 403 if the group has
/// another deployment, and prompts that are too long and refused policies as little as other 4xx.
int retries_after(const failed_try& failed, const retry_sources& from);

/// How long to wait before the same deployment is tried again: the upstream's wish up to 60 s, else
/// half a second doubling up to 8 s, at least `least` seconds; always up to 0.75 s more at random.
std::chrono::milliseconds retry_delay(const failed_try& failed, int retries_done, double least,
                                      random_source& random);

/// When the caller gives up: `x-stainless-read-timeout` and `x-litellm-timeout`, in seconds from
/// its start; values that are no positive number do not count.
time_point caller_deadline(time_point started, std::optional<std::string_view> read_timeout,
                           std::optional<std::string_view> timeout);

} // namespace llm_proxy::routing
