#pragma once

#include "llm_proxy/model/call_cost.hpp"
#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/pricing/model_prices.hpp"
#include "llm_proxy/pricing/usage_details.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace llm_proxy::pricing {

enum class search_size : std::uint8_t { unsaid, low, medium, high };

/// What a price depends on besides the provider's counts.
struct call_facts {
    model::call_type type = model::call_type::chat_completion;
    std::string_view provider = {};
    service_tier tier = service_tier::standard;
    /// Seconds that the answer took, for models that are paid by time.
    double seconds = 0;
    /// Length of a transcribed file.
    double audio_seconds = 0;
    /// Characters of a text that is spoken.
    std::int64_t characters = 0;
    /// Images that came back, and the pixels of one.
    std::int64_t images = 0;
    std::int64_t pixels = 0;
    /// `meta.billed_units.search_units` of a ranking.
    std::int64_t search_units = 0;
    /// The answer cites pages: a search was made even if the usage does not say so.
    bool has_citations = false;
    search_size searched = search_size::unsaid; // `web_search_options.search_context_size`
    /// `eu` or `us`, if the provider keeps the data there.
    std::string_view data_residency = {};
};

using model::call_cost;

/// Whether calls of a provider can have a cost without a price: it states what they cost, or they
/// are free.
bool has_costs_of_its_own(std::string_view provider);

/// LiteLLM's cost of a call. The provider's own statement (OpenRouter's and xAI's `usage.cost`)
/// wins over everything but custom prices. Nothing without prices: an unpriced call is not a free
/// one. `prices` may be null.
std::optional<call_cost> cost_of(const usage_details& usage, const model_prices* prices,
                                 const call_facts& facts);

} // namespace llm_proxy::pricing
