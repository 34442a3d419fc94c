#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// Parses JSON of a client or an upstream, its members in their order. Nothing if it is none, nests
/// deeper than 512, has more than 4096 members at its root, or so many in objects below (4096 in
/// one always fit) that it takes long.
std::optional<nlohmann::ordered_json> parse_document(std::string_view text);

/// The client's request as one document, for a provider of another dialect: without what is the
/// gateway's own business, with the client's `extra_body` moved up, the deployment's defaults
/// beneath and its `extra_body` above. Members that are null are left out.
result<nlohmann::ordered_json> merged_request(const inbound_call& call,
                                              const model::deployment& target);

} // namespace llm_proxy::providers
