#include "llm_proxy/pricing/token_cost.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <initializer_list>

namespace llm_proxy::pricing {

namespace {

using enum price_of;

double amount(std::int64_t count, double dollars) {
    return static_cast<double>(count) * dollars;
}

/// What one token of each kind costs in this call.
struct token_rates {
    double input = 0;
    double output = 0;
    double cache_read = 0;
    double cache_write = 0;
    double cache_write_1h = 0;
    double reasoning = 0;
};

const prompt_range* range_of(const model_prices& prices, std::int64_t prompt_tokens) {
    if (prices.ranges.empty() || prompt_tokens <= 0) {
        return nullptr;
    }
    const auto tokens = static_cast<double>(prompt_tokens);
    const auto found =
        std::find_if(prices.ranges.begin(), prices.ranges.end(), [&](const prompt_range& one) {
            return one.from < tokens && tokens <= one.to;
        });
    const prompt_range& range = found == prices.ranges.end() ? prices.ranges.back() : *found;
    return range.input ? &range : nullptr;
}

token_rates rates_in(const prompt_range& range, const model_prices& prices,
                     const token_pricing& how) {
    token_rates rates;
    rates.input = range.input.value_or(0);
    rates.output = range.output.value_or(prices.find({output_token}).value_or(0));
    rates.cache_read = range.cache_read.value_or(rates.input);
    rates.cache_write = range.cache_write.value_or(rates.input);
    rates.cache_write_1h = range.cache_write_1h.value_or(rates.cache_write);
    if (range.reasoning || range.output) {
        rates.reasoning = range.reasoning ? *range.reasoning : *range.output;
    } else {
        rates.reasoning =
            prices.find_or_standard({reasoning_token, how.tier}).value_or(rates.output);
    }
    return rates;
}

/// The thresholds that the prompt passes, in ascending order.
std::vector<std::uint32_t> thresholds_passed(const model_prices& prices, std::int64_t prompt_tokens,
                                             const token_pricing& how) {
    std::vector<std::uint32_t> passed;
    for (const rate& one : prices.rates()) {
        const bool of_this_call =
            one.key.tier == service_tier::standard || one.key.tier == how.tier;
        const bool is_passed =
            prompt_tokens > one.key.above || (how.inclusive && prompt_tokens == one.key.above);
        if (one.key.above != 0 && of_this_call && is_passed) {
            passed.push_back(one.key.above);
        }
    }
    std::sort(passed.begin(), passed.end());
    passed.erase(std::unique(passed.begin(), passed.end()), passed.end());
    return passed;
}

double reasoning_rate(const model_prices& prices, service_tier tier, double output) {
    if (const auto own = prices.find({reasoning_token, tier})) {
        return *own;
    }
    if (tier != service_tier::standard && prices.find({output_token, tier})) {
        return output;
    }
    return prices.find({reasoning_token}).value_or(output);
}

token_rates rates_for(const usage_details& usage, const model_prices& prices,
                      const token_pricing& how) {
    if (const prompt_range* range = range_of(prices, usage.prompt_tokens)) {
        return rates_in(*range, prices, how);
    }
    const auto price = [&](price_of what, std::uint32_t above = 0) {
        return prices.find_or_standard({what, how.tier, above});
    };
    auto input = price(input_token);
    auto output = price(output_token);
    if (output.value_or(0) == 0) { // a model that makes images only
        const auto image = prices.find({output_image_token});
        output = image ? image : output;
    }
    auto cache_read = price(cache_read_token);
    auto cache_write = price(cache_write_token);
    auto cache_write_1h = prices.find({cache_write_1h_token});
    for (const std::uint32_t above : thresholds_passed(prices, usage.prompt_tokens, how)) {
        const auto replace = [&](std::optional<double>& rate, price_of what) {
            const auto higher = price(what, above);
            rate = higher ? higher : rate;
        };
        replace(input, input_token);
        replace(output, output_token);
        replace(cache_read, cache_read_token);
        replace(cache_write, cache_write_token);
        replace(cache_write_1h, cache_write_1h_token);
    }
    token_rates rates;
    rates.input = input.value_or(0);
    rates.output = output.value_or(0);
    rates.cache_read = cache_read.value_or(rates.input);
    rates.cache_write = cache_write.value_or(rates.input);
    rates.cache_write_1h = cache_write_1h.value_or(rates.cache_write);
    rates.reasoning = reasoning_rate(prices, how.tier, rates.output);
    return rates;
}

/// The prompt's tokens without those that the cache served or took.
struct prompt_parts {
    std::int64_t text, audio, image, video;
};

std::int64_t at_least_0(std::int64_t count) {
    return std::max<std::int64_t>(count, 0);
}

prompt_parts parts_of(const usage_details& usage) {
    const std::int64_t cached_audio = std::min(usage.cached_audio_tokens, usage.cached_tokens);
    const std::int64_t cached_text =
        std::min(usage.cached_text_tokens, usage.cached_tokens - cached_audio);
    const std::int64_t cached_image =
        std::min(usage.cached_image_tokens, usage.cached_tokens - cached_audio - cached_text);
    prompt_parts parts{at_least_0(usage.prompt_text_tokens - cached_text),
                       at_least_0(usage.prompt_audio_tokens - cached_audio),
                       at_least_0(usage.prompt_image_tokens - cached_image),
                       usage.prompt_video_tokens};
    const std::int64_t cache = usage.cached_tokens + usage.cache_write_tokens;
    const std::int64_t known = parts.text + parts.audio + parts.image + parts.video + cache;
    if (cache > 0 && known > usage.prompt_tokens) {
        // Some providers count cached tokens among the text or audio as well: bill them once.
        std::int64_t left = at_least_0(usage.prompt_tokens - cache);
        for (std::int64_t* part : {&parts.audio, &parts.image, &parts.video}) {
            *part = std::min(*part, left);
            left -= *part;
        }
        parts.text = left;
    } else if (parts.text == 0 && usage.prompt_images == 0) {
        parts.text = at_least_0(usage.prompt_tokens - known);
    }
    return parts;
}

double cache_read_cost(const usage_details& usage, const model_prices& prices,
                       const token_rates& rates) {
    const std::int64_t audio = std::min(usage.cached_audio_tokens, usage.cached_tokens);
    return amount(usage.cached_tokens - audio, rates.cache_read) +
           amount(audio, prices.find({cache_read_audio_token}).value_or(rates.cache_read));
}

double cache_write_cost(const usage_details& usage, const token_rates& rates) {
    return usage.has_cache_write_kinds
               ? amount(usage.cache_write_5m_tokens, rates.cache_write) +
                     amount(usage.cache_write_1h_tokens, rates.cache_write_1h)
               : amount(usage.cache_write_tokens, rates.cache_write);
}

double input_cost(const usage_details& usage, const model_prices& prices,
                  const token_rates& rates) {
    const auto own = [&](price_of what) { return prices.find({what}); };
    const prompt_parts parts = parts_of(usage);
    double dollars = 0;
    // What has a price of its own unit is not billed by its tokens as well.
    if (usage.prompt_characters == 0 || !own(input_character)) {
        dollars += amount(parts.text, rates.input);
    }
    dollars += cache_read_cost(usage, prices, rates);
    if (usage.prompt_audio_seconds == 0 || !own(input_audio_second)) {
        dollars += amount(parts.audio, own(input_audio_token).value_or(rates.input));
    }
    if (usage.prompt_images == 0 || !own(input_image)) {
        dollars += amount(parts.image, own(input_image_token).value_or(rates.input));
    }
    if (usage.prompt_video_seconds == 0 || !own(input_video_second)) {
        dollars += amount(parts.video, own(input_video_token).value_or(rates.input));
    }
    dollars += cache_write_cost(usage, rates);
    dollars += amount(usage.prompt_characters, own(input_character).value_or(0));
    dollars += amount(usage.prompt_images, own(input_image).value_or(0));
    dollars += usage.prompt_video_seconds * own(input_video_second).value_or(0);
    dollars += usage.prompt_audio_seconds * own(input_audio_second).value_or(0);
    return dollars + amount(usage.queries, own(input_query).value_or(0));
}

double output_cost(const usage_details& usage, const model_prices& prices,
                   const token_rates& rates) {
    const std::int64_t others = usage.completion_audio_tokens + usage.completion_image_tokens +
                                usage.completion_video_tokens;
    // A text count that includes the reasoning is told by the sum being too large.
    const std::int64_t excess = at_least_0(usage.completion_text_tokens + usage.reasoning_tokens +
                                           others - usage.completion_tokens);
    std::int64_t text = usage.completion_text_tokens -
                        std::min({usage.reasoning_tokens, usage.completion_text_tokens, excess});
    if (text == 0) {
        text = at_least_0(usage.completion_tokens - usage.reasoning_tokens - others);
    }
    const auto own = [&](price_of what) { return prices.find({what}).value_or(rates.output); };
    return amount(text, rates.output) +
           amount(usage.completion_audio_tokens, own(output_audio_token)) +
           amount(usage.reasoning_tokens, rates.reasoning) +
           amount(usage.completion_image_tokens, own(output_image_token)) +
           amount(usage.completion_video_tokens, own(output_video_token));
}

double uplift(const model_prices& prices, std::string_view residency) {
    if (iequals(residency, "eu")) {
        return prices.find({regional_uplift_eu}).value_or(1);
    }
    return iequals(residency, "us") ? prices.find({regional_uplift_us}).value_or(1) : 1;
}

} // namespace

token_cost cost_of_tokens(const usage_details& usage, const model_prices& prices,
                          const token_pricing& how) {
    const token_rates rates = rates_for(usage, prices, how);
    const double factor = uplift(prices, how.data_residency);
    return {input_cost(usage, prices, rates) * factor, output_cost(usage, prices, rates) * factor,
            cache_read_cost(usage, prices, rates) * factor, cache_write_cost(usage, rates) * factor,
            amount(usage.reasoning_tokens, rates.reasoning) * factor};
}

} // namespace llm_proxy::pricing
