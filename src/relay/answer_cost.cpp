#include "llm_proxy/relay/answer_cost.hpp"

#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/pricing/cost_calculator.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/relay/event_translator.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace llm_proxy::relay {

namespace {

using model::call_type;

/// An object with its members.
struct object_view {
    std::string_view text;
    const std::vector<json::member>& members;

    std::string_view value(std::string_view name) const {
        const auto* found = json::find(text, members, name);
        return found == nullptr ? std::string_view() : json::value_of(text, *found);
    }
};

std::string string_of(std::string_view value) {
    return value.starts_with('"') ? json::unescape(value) : std::string();
}

double number_of(std::string_view value) {
    double read = 0;
    const auto fault = std::from_chars(value.data(), value.data() + value.size(), read).ec;
    return fault == std::errc() && read > 0 ? read : 0;
}

/// A value within nested objects; empty if it is not there.
std::string_view value_within(std::string_view object, std::string_view name) {
    if (!object.starts_with('{')) {
        return {};
    }
    std::vector<json::member> members;
    json::scan_valid(object, members);
    return object_view{object, members}.value(name);
}

bool is_image(call_type type) {
    return type == call_type::image_generation || type == call_type::image_edit ||
           type == call_type::image_variation;
}

bool is_transcript(call_type type) {
    return type == call_type::transcription || type == call_type::translation;
}

std::int64_t count_of_elements(std::string_view array) {
    std::vector<json::member> elements;
    if (array.starts_with('[')) {
        json::scan_valid(array, elements);
    }
    return static_cast<std::int64_t>(elements.size());
}

/// Of a size such as `1024x1792`; LiteLLM takes 1024x1024 where nothing is said.
std::int64_t pixels_of(std::string_view size) {
    constexpr std::int64_t usual = std::int64_t{1024} * 1024;
    const std::size_t cross = size.find('x');
    if (cross == size.npos) {
        return usual;
    }
    const double pixels = number_of(size.substr(0, cross)) * number_of(size.substr(cross + 1));
    return pixels > 0 && pixels < 1e12 ? static_cast<std::int64_t>(pixels) : usual;
}

pricing::search_size size_named(std::string_view name) {
    using enum pricing::search_size;
    if (name == "low") {
        return low;
    }
    if (name == "high") {
        return high;
    }
    return name == "medium" ? medium : unsaid;
}

/// What the request alone tells.
pricing::call_facts facts_of(const model::request_context& context) {
    pricing::call_facts facts;
    facts.type = context.type;
    facts.provider = context.target->provider;
    facts.data_residency = context.target->prices->data_residency();
    if (context.priced) {
        facts.characters = context.priced->characters;
        facts.searched = size_named(context.priced->search_context_size);
        facts.pixels = pixels_of(context.priced->size);
    } else if (is_image(context.type)) {
        facts.pixels = pixels_of({});
    }
    return facts;
}

/// What a transcript says of its length: OpenAI's `duration`, or a usage of `type: duration`.
double audio_seconds_of(const object_view& answer) {
    const double duration = number_of(answer.value("duration"));
    return duration > 0 ? duration : number_of(value_within(answer.value("usage"), "seconds"));
}

void read_answer(const object_view& answer, pricing::call_facts& facts) {
    if (is_image(facts.type)) {
        facts.images = count_of_elements(answer.value("data"));
    } else if (is_transcript(facts.type)) {
        facts.audio_seconds = audio_seconds_of(answer);
    } else if (facts.type == call_type::rerank) {
        const auto billed = value_within(answer.value("meta"), "billed_units");
        const double units = number_of(value_within(billed, "search_units"));
        facts.search_units = static_cast<std::int64_t>(std::min(units, 1e12));
    }
}

/// Whether a call of the type can be billed although nothing was counted.
bool is_billed_without_usage(call_type type) {
    return is_image(type) || is_transcript(type) || type == call_type::rerank ||
           type == call_type::speech;
}

void add_dollars(http::head_writer& lines, std::string_view name, double dollars) {
    lines.header(name, config::python_float(dollars));
}

} // namespace

std::optional<model::call_cost> cost_of_answer(const model::request_context& context,
                                               std::string_view answer,
                                               const std::vector<json::member>& members,
                                               bool cites_pages) {
    const object_view object{answer, members};
    const auto counted = pricing::read_usage_details(object.value("usage"));
    if (!counted && !is_billed_without_usage(context.type)) {
        return std::nullopt;
    }
    const pricing::usage_details usage = counted.value_or(pricing::usage_details());
    pricing::call_facts facts = facts_of(context);
    facts.has_citations = cites_pages;
    read_answer(object, facts);
    const std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - context.upstream_started;
    facts.seconds = taken.count();
    const std::string tier = string_of(object.value("service_tier"));
    facts.tier = pricing::billed_tier(context.priced ? context.priced->service_tier : "",
                                      tier.empty() ? usage.service_tier : tier);
    const std::string answered = string_of(object.value("model"));
    const auto& prices = *context.target->prices;
    const pricing::model_prices* chosen = nullptr;
    if (is_image(context.type) && context.priced) {
        chosen = prices.for_image(answered, context.upstream_model, context.priced->quality,
                                  context.priced->size);
    } else {
        chosen = prices.for_answer(answered, context.upstream_model);
    }
    return pricing::cost_of(usage, chosen, facts);
}

std::optional<model::call_cost> cost_of_request(const model::request_context& context) {
    if (context.type != call_type::speech) {
        return std::nullopt;
    }
    const auto* prices = context.target->prices->for_answer({}, context.upstream_model);
    return pricing::cost_of(pricing::usage_details(), prices, facts_of(context));
}

void note_usage(model::request_context& context, std::string_view usage) {
    context.tokens = read_usage(usage);
    if (context.target->prices) {
        const std::string answer = R"({"usage":)" + std::string(usage) + "}";
        std::vector<json::member> members;
        json::scan_valid(answer, members);
        context.cost = cost_of_answer(context, answer, members, false);
    }
}

bool cites_pages(std::string_view answer) {
    // In a text its quotes would be escaped. Of its characters the underscore is the rarest, so
    // that the search reads a long answer at the speed of memory.
    constexpr std::string_view mark = R"("url_citation")";
    constexpr std::size_t before = mark.find('_');
    for (std::size_t at = answer.find('_'); at != answer.npos; at = answer.find('_', at + 1)) {
        if (at >= before && answer.substr(at - before).starts_with(mark)) {
            return true;
        }
    }
    return false;
}

void append_cost_lines(const model::call_cost& cost, std::string& out) {
    http::head_writer lines(out);
    if (cost.total() > 0) {
        add_dollars(lines, "x-litellm-response-cost", cost.total());
    }
    if (cost.stated) {
        add_dollars(lines, "llm_provider-x-litellm-response-cost", cost.total());
        return;
    }
    add_dollars(lines, "x-litellm-response-cost-original", cost.total());
    lines.raw("x-litellm-response-cost-discount-amount: 0.0\r\n"
              "x-litellm-response-cost-margin-amount: 0.0\r\n"
              "x-litellm-response-cost-margin-percent: 0.0\r\n");
    add_dollars(lines, "x-litellm-response-cost-input",
                cost.input - cost.cache_read - cost.cache_write);
    add_dollars(lines, "x-litellm-response-cost-output", cost.output);
    if (cost.cache_read > 0) {
        add_dollars(lines, "x-litellm-response-cost-cache-read", cost.cache_read);
    }
    if (cost.cache_write > 0) {
        add_dollars(lines, "x-litellm-response-cost-cache-creation", cost.cache_write);
    }
    if (cost.reasoning > 0) {
        add_dollars(lines, "x-litellm-response-cost-reasoning", cost.reasoning);
    }
    add_dollars(lines, "x-litellm-response-cost-tool-usage", cost.tools);
}

} // namespace llm_proxy::relay
