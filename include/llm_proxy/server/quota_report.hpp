#pragma once

#include "llm_proxy/limits/quota.hpp"
#include "llm_proxy/model/deployment.hpp"

#include <string>

namespace llm_proxy::server {

/// How the quota of every deployment stands, as JSON: one object for each quota, with its
/// deployments and, for each kind of limit that it has, what is configured, learned from the
/// provider, used and left, and when it is all back.
std::string quota_report(const model::deployment_list& deployments, limits::time_point now);

} // namespace llm_proxy::server
