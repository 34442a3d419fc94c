#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/pricing/model_prices.hpp"
#include "llm_proxy/pricing/price_table.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace llm_proxy::pricing {

/// The prices that a deployment sets itself, in `litellm_params` and, weaker, in `model_info`, laid
/// over the table's entry (which may be null). As in LiteLLM they are an entry of their own that
/// takes from the table only what would make a bill wrong in silence: the prices of the cache and
/// of service tiers, and a missing output price of `tiered_pricing`. Null if it sets none.
std::shared_ptr<const model_prices> custom_prices(const std::vector<config::json_member>& params,
                                                  const config::model_info& info,
                                                  const model_prices* entry);

/// The names of a call's model, in the order in which they are priced. Empty ones are skipped.
struct priced_names {
    std::string_view base_model; // `model_info.base_model`
    std::string_view answered;   // the model that the answer names
    std::string_view deployed;   // the deployment's model
};

/// The table's entry of the first name that has one; null if none has.
const model_prices* entry_for(const price_table& table, std::string_view provider,
                              const priced_names& names);

} // namespace llm_proxy::pricing
