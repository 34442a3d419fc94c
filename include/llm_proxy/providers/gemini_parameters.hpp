#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

namespace llm_proxy::providers {

/// Reads what the client asked for, with the deployment's defaults beneath it and without what is
/// the gateway's own business. `extra` becomes what is to be merged into the finished body: the
/// client's `extra_body` beneath the deployment's.
result<void> read_parameters(const inbound_call& call, const model::deployment& target,
                             nlohmann::ordered_json& parameters, nlohmann::ordered_json& extra);

/// Merges `extra` into the body: objects one level deep, the rest replaces.
void merge_extra(const nlohmann::ordered_json& extra, nlohmann::ordered_json& body);

} // namespace llm_proxy::providers
