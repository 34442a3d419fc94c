#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/limits/quota_book.hpp"
#include "llm_proxy/model/deployment.hpp"

#include <memory>
#include <string>

namespace llm_proxy::app {

/// Faults in the limits of a configuration that its sections alone do not show.
void check_limits(const config::settings& settings, config::problems& found);

/// The deployments, each with its quota of `book`. What tells a deployment apart is
/// where its calls go and with which key, so that a change of its limits or of its place in the
/// file keeps its counts.
model::deployment_list with_quotas(const model::deployment_list& deployments,
                                   limits::quota_book& book);

/// Puts the limits of these deployments in force.
void apply_limits(const model::deployment_list& deployments);

/// The book of counts, kept in `folder`; where that cannot be written, counts end with the process,
/// and a warning says so.
std::unique_ptr<limits::quota_book> open_quota_book(const std::string& folder);

} // namespace llm_proxy::app
