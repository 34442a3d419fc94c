#include "llm_proxy/pricing/usage_details.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace llm_proxy::pricing {

namespace {

using nlohmann::json;

/// Sums of a few counts must not overflow, and doubles hold them exactly.
constexpr std::int64_t largest_count = std::int64_t{1} << 50;

const json* member(const json* object, const char* name) {
    if (object == nullptr || !object->is_object()) {
        return nullptr;
    }
    const auto found = object->find(name);
    return found == object->end() ? nullptr : &*found;
}

std::optional<double> number(const json* object, const char* name) {
    const json* value = member(object, name);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    const auto read = value->get<double>();
    return std::isfinite(read) && read >= 0 ? std::optional(read) : std::nullopt;
}

std::optional<std::int64_t> known_count(const json* object, const char* name) {
    const auto read = number(object, name);
    return read ? std::optional(static_cast<std::int64_t>(
                      std::min(*read, static_cast<double>(largest_count))))
                : std::nullopt;
}

std::int64_t count(const json* object, const char* name) {
    return known_count(object, name).value_or(0);
}

/// The first of two names that has a count other than 0.
std::int64_t count(const json* object, const char* name, const char* other) {
    const std::int64_t first = count(object, name);
    return first != 0 ? first : count(object, other);
}

const json* either(const json& usage, const char* name, const char* other) {
    const json* first = member(&usage, name);
    return first != nullptr && first->is_object() ? first : member(&usage, other);
}

void read_prompt(const json* details, usage_details& into) {
    into.prompt_text_tokens = count(details, "text_tokens");
    into.prompt_audio_tokens = count(details, "audio_tokens");
    into.prompt_image_tokens = count(details, "image_tokens");
    into.prompt_video_tokens = count(details, "video_tokens");
    into.prompt_characters = count(details, "character_count");
    into.prompt_images = count(details, "image_count");
    into.queries = count(details, "query_count");
    into.prompt_audio_seconds = number(details, "audio_length_seconds").value_or(0);
    into.prompt_video_seconds = number(details, "video_length_seconds").value_or(0);
    into.cached_tokens = count(details, "cached_tokens");
    into.cache_write_tokens = count(details, "cache_write_tokens", "cache_creation_tokens");
    into.prompt_searches = known_count(details, "web_search_requests");
    into.maps_groundings = count(details, "google_maps_grounding_requests");
    const json* cached = member(details, "cached_tokens_details");
    into.cached_text_tokens = count(cached, "text_tokens");
    into.cached_audio_tokens = count(cached, "audio_tokens");
    into.cached_image_tokens = count(cached, "image_tokens");
}

void read_cache_write_kinds(const json* kinds, usage_details& into) {
    if (kinds != nullptr && kinds->is_object()) {
        into.has_cache_write_kinds = true;
        into.cache_write_5m_tokens = count(kinds, "ephemeral_5m_input_tokens");
        into.cache_write_1h_tokens = count(kinds, "ephemeral_1h_input_tokens");
    }
}

/// Counts beside the details win over them: DeepSeek's, then Anthropic's.
void read_top_level_cache(const json& usage, usage_details& into) {
    for (const char* name : {"prompt_cache_hit_tokens", "cache_read_input_tokens"}) {
        into.cached_tokens = known_count(&usage, name).value_or(into.cached_tokens);
    }
    into.cache_write_tokens =
        known_count(&usage, "cache_creation_input_tokens").value_or(into.cache_write_tokens);
}

void read_completion(const json* details, usage_details& into) {
    into.completion_text_tokens = count(details, "text_tokens");
    into.completion_audio_tokens = count(details, "audio_tokens");
    into.completion_image_tokens = count(details, "image_tokens");
    into.completion_video_tokens = count(details, "video_tokens");
    into.reasoning_tokens = count(details, "reasoning_tokens");
}

void read_totals(const json& usage, usage_details& into) {
    if (member(&usage, "prompt_tokens") != nullptr || member(&usage, "input_tokens") == nullptr) {
        into.prompt_tokens = count(&usage, "prompt_tokens");
        into.completion_tokens = count(&usage, "completion_tokens");
    } else {
        into.prompt_tokens = count(&usage, "input_tokens") +
                             count(&usage, "cache_read_input_tokens") +
                             count(&usage, "cache_creation_input_tokens");
        into.completion_tokens = count(&usage, "output_tokens");
    }
    into.total_tokens =
        known_count(&usage, "total_tokens").value_or(into.prompt_tokens + into.completion_tokens);
}

} // namespace

std::optional<usage_details> read_usage_details(std::string_view text) {
    const json usage = json::parse(text, nullptr, false);
    if (!usage.is_object()) {
        return std::nullopt;
    }
    usage_details read;
    read_totals(usage, read);
    const json* prompt = either(usage, "prompt_tokens_details", "input_tokens_details");
    read_prompt(prompt, read);
    read_top_level_cache(usage, read);
    read_cache_write_kinds(member(prompt, "cache_creation_token_details"), read);
    read_cache_write_kinds(member(&usage, "cache_creation"), read);
    read_completion(either(usage, "completion_tokens_details", "output_tokens_details"), read);
    if (read.reasoning_tokens == 0) {
        read.reasoning_tokens = count(&usage, "reasoning_tokens");
    }
    read.server_searches = known_count(member(&usage, "server_tool_use"), "web_search_requests");
    read.stated_cost = number(&usage, "cost");
    if (const json* tier = member(&usage, "service_tier"); tier != nullptr && tier->is_string()) {
        read.service_tier = tier->get<std::string>();
    }
    return read;
}

} // namespace llm_proxy::pricing
