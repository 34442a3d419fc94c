#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::pricing {

/// What a price is for. The names are those of LiteLLM's price table, see `rate_key_of`.
enum class price_of : std::uint8_t {
    input_token,
    output_token,
    cache_read_token,
    cache_write_token,
    cache_write_1h_token, ///< written to be kept for an hour
    reasoning_token,
    input_audio_token,
    input_image_token,
    input_video_token,
    output_audio_token,
    output_image_token,
    output_video_token,
    cache_read_audio_token,
    input_character,
    input_second,
    output_second,
    call_second,
    input_query,
    input_image,
    output_image,
    input_pixel,
    input_audio_second,
    input_video_second,
    search_low, ///< one web search, by the size of the context that it brings in
    search_medium,
    search_high,
    maps_grounding,
    regional_uplift_eu, ///< a factor of all token prices
    regional_uplift_us,
};

/// How a call is served: each tier may have prices of its own, else the standard ones hold.
enum class service_tier : std::uint8_t { standard, flex, balanced, priority, ultrafast };

/// The tier that a call is billed at. The one named in the answer decides if it has prices or is
/// the standard one; else the requested one. `fast` is billed as `priority`, an unknown one as
/// standard.
service_tier billed_tier(std::string_view requested, std::string_view served);

/// One price, and for which calls it holds.
struct rate_key {
    price_of what;
    service_tier tier = service_tier::standard;
    /// Holds for prompts of more tokens than this; 0 is every prompt.
    std::uint32_t above = 0;

    friend auto operator<=>(const rate_key&, const rate_key&) = default;
};

/// The key that a name such as `input_cost_per_token_above_200k_tokens_priority` stands for.
std::optional<rate_key> rate_key_of(std::string_view name);

struct rate {
    rate_key key;
    double dollars;
};

/// One element of `tiered_pricing`: all tokens of a call have the prices of the range that its
/// prompt falls into.
struct prompt_range {
    double from; // exclusive
    double to;   // inclusive
    std::optional<double> input, output, cache_read, cache_write, cache_write_1h, reasoning;
};

/// The prices of one model, in US dollars.
class model_prices {
public:
    std::string name;     // as the table spells it
    std::string provider; // `litellm_provider`; empty: any
    std::string mode;     // `chat`, `embedding` ...; empty: not said
    /// Its `supported_endpoints` have Anthropic's `/v1/messages`.
    bool serves_messages = false;
    /// Tokens that the model takes and gives at most; 0: not said.
    std::int64_t max_input_tokens = 0;
    std::int64_t max_output_tokens = 0;
    /// A grounded prompt costs one fee for each query rather than one in all.
    bool search_is_per_query = false;
    /// The deployment's own prices: they hold even against a cost stated by the provider.
    bool custom = false;
    std::vector<prompt_range> ranges; // in the order of their starts

    /// Replaces a price of the same key.
    void set(rate_key key, double dollars);
    /// The price of exactly this key.
    std::optional<double> find(rate_key key) const;
    /// The same, or the standard tier's price.
    std::optional<double> find_or_standard(rate_key key) const;
    const std::vector<rate>& rates() const { return rates_; }
    /// Gives back memory that was reserved while reading.
    void shrink() { rates_.shrink_to_fit(); }

private:
    std::vector<rate> rates_; // sorted by key
};

/// A price or a limit out of JSON: a number, or a text that holds one. Nothing if it is neither,
/// negative or not finite.
std::optional<double> number_of(const nlohmann::json& value);

/// Reads one member of a table entry, of `litellm_params` or of `model_info` into `into`. Members
/// that are no prices are ignored.
void read_price(std::string_view name, const nlohmann::json& value, model_prices& into);

} // namespace llm_proxy::pricing
