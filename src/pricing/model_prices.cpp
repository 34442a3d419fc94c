#include "llm_proxy/pricing/model_prices.hpp"

#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace llm_proxy::pricing {

namespace {

using enum price_of;

struct named_price {
    std::string_view name;
    price_of what;
};

constexpr named_price price_names[] = {
    {"input_cost_per_token", input_token},
    {"output_cost_per_token", output_token},
    {"cache_read_input_token_cost", cache_read_token},
    {"cache_creation_input_token_cost", cache_write_token},
    {"cache_creation_input_token_cost_above_1hr", cache_write_1h_token},
    {"output_cost_per_reasoning_token", reasoning_token},
    {"input_cost_per_audio_token", input_audio_token},
    {"input_cost_per_image_token", input_image_token},
    {"input_cost_per_video_token", input_video_token},
    {"output_cost_per_audio_token", output_audio_token},
    {"output_cost_per_image_token", output_image_token},
    {"output_cost_per_video_token", output_video_token},
    {"cache_read_input_audio_token_cost", cache_read_audio_token},
    {"input_cost_per_character", input_character},
    {"input_cost_per_second", input_second},
    {"output_cost_per_second", output_second},
    {"cost_per_second", call_second},
    {"input_cost_per_query", input_query},
    {"input_cost_per_image", input_image},
    {"output_cost_per_image", output_image},
    {"input_cost_per_pixel", input_pixel},
    {"input_cost_per_audio_per_second", input_audio_second},
    {"input_cost_per_video_per_second", input_video_second},
    {"search_context_size_low", search_low},
    {"search_context_size_medium", search_medium},
    {"search_context_size_high", search_high},
    {"google_maps_grounding_cost_per_query", maps_grounding},
    {"regional_processing_uplift_multiplier_eu", regional_uplift_eu},
    {"regional_processing_uplift_multiplier_us", regional_uplift_us},
};

constexpr std::pair<std::string_view, service_tier> tier_suffixes[] = {
    {"_flex", service_tier::flex},
    {"_balanced", service_tier::balanced},
    {"_priority", service_tier::priority},
    {"_ultrafast", service_tier::ultrafast},
};

/// Takes `_above_200k_tokens` off the end of a name. 0 without one; nothing if it is no number.
std::optional<std::uint32_t> take_threshold(std::string_view& name) {
    constexpr std::string_view before = "_above_";
    constexpr std::string_view after = "_tokens";
    if (!name.ends_with(after)) {
        return 0;
    }
    const std::size_t start = name.rfind(before);
    if (start == name.npos) {
        return std::nullopt;
    }
    std::string_view digits = name.substr(start + before.size());
    digits.remove_suffix(after.size());
    const bool thousands = digits.ends_with('k');
    digits.remove_suffix(thousands ? 1 : 0);
    std::uint32_t tokens = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), tokens);
    if (fault != std::errc{} || end != digits.data() + digits.size() || tokens == 0 ||
        tokens > 1'000'000'000 / (thousands ? 1000 : 1)) {
        return std::nullopt;
    }
    name = name.substr(0, start);
    return thousands ? tokens * 1000 : tokens;
}

/// LiteLLM reads tiers of these only; its table holds others, such as a priority price of audio,
/// that never reach a bill.
bool has_tiers(price_of what) {
    return what <= reasoning_token;
}

void read_searches(const nlohmann::json& sizes, model_prices& into) {
    for (const auto& [size, value] : sizes.items()) {
        if (size.starts_with("search_context_size_")) {
            read_price(size, value, into);
        }
    }
}

void read_ranges(const nlohmann::json& list, model_prices& into) {
    constexpr std::size_t most = 64;
    const auto price = [](const nlohmann::json& range, const char* name) {
        const auto found = range.find(name);
        return found == range.end() ? std::nullopt : number_of(*found);
    };
    into.ranges.clear();
    for (const auto& one : list) {
        const auto bounds = one.is_object() ? one.find("range") : one.end();
        if (!one.is_object() || bounds == one.end() || !bounds->is_array() || bounds->size() != 2 ||
            into.ranges.size() == most) {
            continue;
        }
        const auto from = number_of((*bounds)[0]);
        const auto to = number_of((*bounds)[1]);
        if (from && to) {
            into.ranges.push_back({*from, *to, price(one, "input_cost_per_token"),
                                   price(one, "output_cost_per_token"),
                                   price(one, "cache_read_input_token_cost"),
                                   price(one, "cache_creation_input_token_cost"),
                                   price(one, "cache_creation_input_token_cost_above_1hr"),
                                   price(one, "output_cost_per_reasoning_token")});
        }
    }
    std::sort(into.ranges.begin(), into.ranges.end(), [](const auto& a, const auto& b) {
        return std::pair(a.from, a.to) < std::pair(b.from, b.to);
    });
}

std::string text_of(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<service_tier> tier_named(std::string_view name) {
    if (iequals(name, "fast")) {
        return service_tier::priority;
    }
    for (const auto& [suffix, tier] : tier_suffixes) {
        if (iequals(name, suffix.substr(1))) {
            return tier;
        }
    }
    return std::nullopt;
}

} // namespace

service_tier billed_tier(std::string_view requested, std::string_view served) {
    if (const auto tier = tier_named(served)) {
        return *tier;
    }
    if (iequals(served, "default") || iequals(served, "standard")) {
        return service_tier::standard;
    }
    return tier_named(requested).value_or(service_tier::standard);
}

std::optional<rate_key> rate_key_of(std::string_view name) {
    rate_key key{input_token};
    for (const auto& [suffix, tier] : tier_suffixes) {
        if (name.ends_with(suffix)) {
            key.tier = tier;
            name.remove_suffix(suffix.size());
            break;
        }
    }
    const auto above = take_threshold(name);
    const auto found = std::find_if(std::begin(price_names), std::end(price_names),
                                    [&](const named_price& one) { return one.name == name; });
    if (!above || found == std::end(price_names)) {
        return std::nullopt;
    }
    key.what = found->what;
    key.above = *above;
    if ((key.tier != service_tier::standard || key.above != 0) && !has_tiers(key.what)) {
        return std::nullopt;
    }
    return key;
}

void model_prices::set(rate_key key, double dollars) {
    const auto place =
        std::lower_bound(rates_.begin(), rates_.end(), key,
                         [](const rate& one, const rate_key& wanted) { return one.key < wanted; });
    if (place != rates_.end() && place->key == key) {
        place->dollars = dollars;
    } else {
        rates_.insert(place, {key, dollars});
    }
}

std::optional<double> model_prices::find(rate_key key) const {
    const auto found =
        std::find_if(rates_.begin(), rates_.end(), [&](const rate& one) { return one.key == key; });
    return found == rates_.end() ? std::nullopt : std::optional(found->dollars);
}

std::optional<double> model_prices::find_or_standard(rate_key key) const {
    const auto own = find(key);
    return own ? own : find({key.what, service_tier::standard, key.above});
}

std::optional<double> number_of(const nlohmann::json& value) {
    double dollars = 0;
    if (value.is_number()) {
        dollars = value.get<double>();
    } else if (value.is_string()) {
        std::string_view text = trim(value.get_ref<const std::string&>());
        text.remove_prefix(text.starts_with('+') ? 1 : 0);
        const char* const end = text.data() + text.size();
        const auto [stop, fault] = std::from_chars(text.data(), end, dollars);
        if (fault != std::errc{} || stop != end) {
            return std::nullopt;
        }
    } else {
        return std::nullopt;
    }
    const bool usable = dollars >= 0 && dollars <= 1e15; // no NaN, no infinity
    return usable ? std::optional(dollars) : std::nullopt;
}

void read_price(std::string_view name, const nlohmann::json& value, model_prices& into) {
    if (name == "search_context_cost_per_query") {
        if (value.is_object()) {
            read_searches(value, into);
        }
    } else if (name == "tiered_pricing") {
        if (value.is_array()) {
            read_ranges(value, into);
        }
    } else if (name == "web_search_billing_unit") {
        into.search_is_per_query = text_of(value) == "per_query";
    } else if (name == "litellm_provider") {
        into.provider = text_of(value);
    } else if (name == "mode") {
        into.mode = text_of(value);
    } else if (name == "supported_endpoints") {
        into.serves_messages = std::find(value.begin(), value.end(), "/v1/messages") != value.end();
    } else if (name == "max_input_tokens") {
        into.max_input_tokens = static_cast<std::int64_t>(number_of(value).value_or(0));
    } else if (name == "max_output_tokens") {
        into.max_output_tokens = static_cast<std::int64_t>(number_of(value).value_or(0));
    } else if (const auto key = rate_key_of(name)) {
        if (const auto dollars = number_of(value)) {
            into.set(*key, *dollars);
        }
    }
}

} // namespace llm_proxy::pricing
