#pragma once

#include "llm_proxy/pricing/model_prices.hpp"
#include "llm_proxy/pricing/usage_details.hpp"

#include <string_view>

namespace llm_proxy::pricing {

/// How the price of a token is chosen.
struct token_pricing {
    service_tier tier = service_tier::standard;
    /// The higher price holds from the threshold on, not only above it (xAI).
    bool inclusive = false;
    std::string_view data_residency;
};

struct token_cost {
    double input = 0;
    double output = 0;
    /// Parts of the two.
    double cache_read = 0;
    double cache_write = 0;
    double reasoning = 0;
};

/// What the counted tokens cost, with everything else that `usage` counts on the prompt's side.
token_cost cost_of_tokens(const usage_details& usage, const model_prices& prices,
                          const token_pricing& how);

} // namespace llm_proxy::pricing
