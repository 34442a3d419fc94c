#include "llm_proxy/pricing/cost_calculator.hpp"

#include "llm_proxy/pricing/token_cost.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::pricing {

namespace {

using enum price_of;
using model::call_type;

double charge(std::int64_t count, double dollars) {
    return static_cast<double>(std::max<std::int64_t>(count, 0)) * dollars;
}

/// OpenRouter: openrouter.ai/docs, usage accounting; xAI: docs.x.ai, cost tracking.
bool states_cost(std::string_view provider) {
    return provider == "openrouter" || provider == "xai";
}

/// Ollama runs at home: LiteLLM finds any model of it to be free.
bool is_free(std::string_view provider) {
    return provider == "ollama" || provider == "ollama_chat";
}

bool has_token_prices(const model_prices& prices) {
    return prices.find({input_token}).value_or(0) > 0 ||
           prices.find({output_token}).value_or(0) > 0 || !prices.ranges.empty();
}

bool has_tokens(const usage_details& usage) {
    return usage.prompt_tokens > 0 || usage.completion_tokens > 0 ||
           usage.prompt_audio_tokens > 0 || usage.prompt_text_tokens > 0;
}

call_cost token_part(const usage_details& usage, const model_prices& prices,
                     const call_facts& facts) {
    token_pricing how{facts.tier, false, facts.data_residency};
    usage_details counted = usage;
    if (facts.provider == "xai") {
        how = {service_tier::standard, true, {}};
        // Its reasoning is billed as text, and is not always part of the completion.
        if (usage.total_tokens != usage.prompt_tokens + usage.completion_tokens) {
            counted.completion_tokens += usage.reasoning_tokens;
        }
        counted.reasoning_tokens = counted.completion_text_tokens = 0;
        counted.completion_audio_tokens = counted.completion_image_tokens = 0;
        counted.completion_video_tokens = 0;
    }
    const token_cost tokens = cost_of_tokens(counted, prices, how);
    return {tokens.input,       tokens.output,    0,    tokens.cache_read,
            tokens.cache_write, tokens.reasoning, false};
}

/// Models that are paid by the time they take. Nothing if this is none.
std::optional<call_cost> time_part(const model_prices& prices, const call_facts& facts) {
    static constexpr std::array<std::string_view, 6> modes = {
        "", "audio_transcription", "chat", "completion", "embedding", "responses"};
    if (has_token_prices(prices) ||
        std::find(modes.begin(), modes.end(), prices.mode) == modes.end()) {
        return std::nullopt;
    }
    for (const price_of what : {call_second, input_second, output_second}) {
        if (const auto dollars = prices.find({what})) {
            const bool by_length = facts.audio_seconds > 0 && prices.mode == "audio_transcription";
            return call_cost{*dollars * (by_length ? facts.audio_seconds : facts.seconds), 0, 0};
        }
    }
    return std::nullopt;
}

std::optional<call_cost> speech(const usage_details& usage, const model_prices& prices,
                                const call_facts& facts) {
    const double by_character = prices.find({input_character}).value_or(0);
    if (by_character > 0) {
        return call_cost{charge(facts.characters, by_character), 0, 0};
    }
    if (prices.find({input_token}).value_or(0) > 0 && has_tokens(usage)) {
        return token_part(usage, prices, facts);
    }
    return std::nullopt;
}

std::optional<call_cost> transcription(const usage_details& usage, const model_prices& prices,
                                       const call_facts& facts) {
    if (has_tokens(usage)) {
        return token_part(usage, prices, facts);
    }
    if (facts.audio_seconds <= 0) {
        return std::nullopt;
    }
    const double output = prices.find({output_second}).value_or(0);
    if (output > 0) {
        return call_cost{0, output * facts.audio_seconds, 0};
    }
    return call_cost{prices.find({input_second}).value_or(0) * facts.audio_seconds, 0, 0};
}

std::optional<call_cost> images(const usage_details& usage, const model_prices& prices,
                                const call_facts& facts) {
    const bool by_tokens = prices.find({input_token}) || prices.find({output_token}) ||
                           prices.find({input_image_token}) || prices.find({output_image_token});
    if (by_tokens && (usage.prompt_tokens > 0 || usage.completion_tokens > 0)) {
        usage_details counted = usage;
        const std::int64_t known = usage.completion_text_tokens + usage.completion_image_tokens +
                                   usage.completion_audio_tokens + usage.reasoning_tokens;
        if (known == 0) { // what comes back is images
            counted.completion_image_tokens = usage.completion_tokens;
        }
        return token_part(counted, prices, facts);
    }
    for (const price_of what : {input_image, output_image}) {
        if (const auto dollars = prices.find({what})) {
            return call_cost{0, charge(facts.images, *dollars), 0};
        }
    }
    if (const auto dollars = prices.find({input_pixel})) {
        return call_cost{0, charge(facts.images, 1) * charge(facts.pixels, *dollars), 0};
    }
    return std::nullopt;
}

std::optional<call_cost> without_tools(const usage_details& usage, const model_prices& prices,
                                       const call_facts& facts) {
    switch (facts.type) {
    case call_type::speech:
        return speech(usage, prices, facts);
    case call_type::transcription:
    case call_type::translation:
        return transcription(usage, prices, facts);
    case call_type::image_generation:
    case call_type::image_edit:
    case call_type::image_variation:
        return images(usage, prices, facts);
    case call_type::rerank:
        return call_cost{charge(facts.search_units, prices.find({input_query}).value_or(0)), 0, 0};
    case call_type::chat_completion:
    case call_type::completion:
    case call_type::embedding:
    case call_type::moderation:
    case call_type::response:
    case call_type::message:
        break;
    }
    const auto by_time = time_part(prices, facts);
    return by_time ? by_time : token_part(usage, prices, facts);
}

/// Google: one fee for each grounded prompt, or for each query (ai.google.dev, pricing).
double gemini_fees(const usage_details& usage, const model_prices& prices) {
    const std::int64_t from_prompt = usage.prompt_searches.value_or(0);
    const std::int64_t searches =
        from_prompt != 0 ? from_prompt : usage.server_searches.value_or(0);
    const auto billed = [&](std::int64_t requests) {
        return prices.search_is_per_query ? requests : std::min<std::int64_t>(requests, 1);
    };
    const double map_default = prices.search_is_per_query ? 0.014 : 0.025;
    return charge(billed(searches), prices.find({search_medium}).value_or(0.035)) +
           charge(billed(usage.maps_groundings),
                  prices.find({maps_grounding}).value_or(map_default));
}

double search_fees(const usage_details& usage, const model_prices& prices,
                   const call_facts& facts) {
    const double medium = prices.find({search_medium}).value_or(0);
    if (facts.provider == "gemini") {
        return gemini_fees(usage, prices);
    }
    if (facts.provider == "anthropic" || facts.provider == "groq") {
        return charge(usage.server_searches.value_or(0), medium);
    }
    const bool searched = facts.has_citations || usage.prompt_searches || usage.server_searches;
    if (!searched || facts.provider == "perplexity" || facts.provider == "xai") {
        return 0; // or part of the price of the tokens
    }
    switch (facts.searched) {
    case search_size::low:
        return prices.find({search_low}).value_or(0);
    case search_size::high:
        return prices.find({search_high}).value_or(0);
    case search_size::unsaid:
    case search_size::medium:
        break;
    }
    return medium;
}

} // namespace

bool has_costs_of_its_own(std::string_view provider) {
    return states_cost(provider) || is_free(provider);
}

std::optional<call_cost> cost_of(const usage_details& usage, const model_prices* prices,
                                 const call_facts& facts) {
    const bool has_custom = prices != nullptr && prices->custom;
    if (usage.stated_cost && states_cost(facts.provider) && !has_custom) {
        call_cost stated;
        stated.output = *usage.stated_cost;
        stated.stated = true;
        return stated;
    }
    if (prices == nullptr) {
        return is_free(facts.provider) ? std::optional(call_cost{}) : std::nullopt;
    }
    auto cost = without_tools(usage, *prices, facts);
    if (cost && (facts.type <= call_type::completion || facts.type >= call_type::response)) {
        cost->tools = search_fees(usage, *prices, facts);
    }
    return cost;
}

} // namespace llm_proxy::pricing
