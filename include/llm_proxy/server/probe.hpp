#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/server/request.hpp"

#include <memory>
#include <string>
#include <vector>

namespace llm_proxy::server {

/// What one small call told about a deployment.
struct probe_result {
    std::shared_ptr<const model::deployment> target;
    bool healthy = false;
    std::string why; // for the client, when not healthy; scrubbed
};

/// Calls every deployment once, as LiteLLM's `/health` does: a short prompt with `max_tokens: 16`,
/// or what its `mode` asks for; at most eight at a time, each within a minute. If the asking
/// coroutine is interrupted, no further probe begins.
net::task<std::vector<probe_result>> probe_all(services& shared, model::deployment_list targets);

} // namespace llm_proxy::server
