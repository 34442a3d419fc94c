#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/model/catalogue.hpp"

#include <vector>

namespace llm_proxy::server {

/// Members that the configuration holds as JSON texts, as an object.
document from_members(const std::vector<config::json_member>& members);

/// `model_info` of a deployment as `/model/info` shows it: what the configuration says, and behind
/// that the price table's entry with its prices, limits and abilities.
document model_details(const model::deployment& item);

/// Fills in what LiteLLM's `/model_group/info` tells of prices, limits and abilities: of several
/// deployments the widest.
void add_group_details(const model::model_group& group, document& out);

/// Adds `mode`, `max_input_tokens` and `max_output_tokens` to an entry of `/v1/models`, as far as
/// they are known.
void add_listing_details(const model::model_group& group, document& out);

} // namespace llm_proxy::server
