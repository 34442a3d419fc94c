#include "llm_proxy/pricing/usage_details.hpp"

#include "llm_proxy/json/scan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace llm_proxy::pricing {

namespace {

/// Sums of a few counts must not overflow, and doubles hold them exactly.
constexpr std::int64_t largest_count = std::int64_t{1} << 50;

/// The members of one object of a validated text. The hot path reads one for every priced answer,
/// so nothing is copied.
class object_view {
public:
    object_view() = default;
    /// Of a text that is no object, nothing.
    explicit object_view(std::string_view text) {
        if (text.starts_with('{')) {
            text_ = text;
            json::scan_valid(text, members_);
        }
    }
    object_view(std::string_view text, std::vector<json::member> members)
        : text_(text), members_(std::move(members)) {}

    bool is_object() const { return !text_.empty(); }
    const json::member* find(std::string_view name) const {
        return json::find(text_, members_, name);
    }
    std::string_view value(std::string_view name) const {
        const json::member* found = find(name);
        return found == nullptr ? std::string_view() : json::value_of(text_, *found);
    }
    object_view object(std::string_view name) const { return object_view(value(name)); }

private:
    std::string_view text_;
    std::vector<json::member> members_;
};

std::optional<double> number(const object_view& object, std::string_view name) {
    const std::string_view text = object.value(name);
    double read = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), read);
    const bool is_number = fault == std::errc() && end == text.data() + text.size();
    return is_number && std::isfinite(read) && read >= 0 ? std::optional(read) : std::nullopt;
}

std::optional<std::int64_t> known_count(const object_view& object, std::string_view name) {
    const auto read = number(object, name);
    return read ? std::optional(static_cast<std::int64_t>(
                      std::min(*read, static_cast<double>(largest_count))))
                : std::nullopt;
}

std::int64_t count(const object_view& object, std::string_view name) {
    return known_count(object, name).value_or(0);
}

/// The first of two names that has a count other than 0.
std::int64_t count(const object_view& object, std::string_view name, std::string_view other) {
    const std::int64_t first = count(object, name);
    return first != 0 ? first : count(object, other);
}

object_view either(const object_view& usage, std::string_view name, std::string_view other) {
    object_view first = usage.object(name);
    return first.is_object() ? first : usage.object(other);
}

void read_prompt(const object_view& details, usage_details& into) {
    if (!details.is_object()) {
        return;
    }
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
    const object_view cached = details.object("cached_tokens_details");
    into.cached_text_tokens = count(cached, "text_tokens");
    into.cached_audio_tokens = count(cached, "audio_tokens");
    into.cached_image_tokens = count(cached, "image_tokens");
}

void read_cache_write_kinds(const object_view& kinds, usage_details& into) {
    if (kinds.is_object()) {
        into.has_cache_write_kinds = true;
        into.cache_write_5m_tokens = count(kinds, "ephemeral_5m_input_tokens");
        into.cache_write_1h_tokens = count(kinds, "ephemeral_1h_input_tokens");
    }
}

/// Counts beside the details win over them: DeepSeek's, then Anthropic's.
void read_top_level_cache(const object_view& usage, usage_details& into) {
    for (const char* name : {"prompt_cache_hit_tokens", "cache_read_input_tokens"}) {
        into.cached_tokens = known_count(usage, name).value_or(into.cached_tokens);
    }
    into.cache_write_tokens =
        known_count(usage, "cache_creation_input_tokens").value_or(into.cache_write_tokens);
}

void read_completion(const object_view& details, usage_details& into) {
    if (!details.is_object()) {
        return;
    }
    into.completion_text_tokens = count(details, "text_tokens");
    into.completion_audio_tokens = count(details, "audio_tokens");
    into.completion_image_tokens = count(details, "image_tokens");
    into.completion_video_tokens = count(details, "video_tokens");
    into.reasoning_tokens = count(details, "reasoning_tokens");
}

void read_totals(const object_view& usage, usage_details& into) {
    if (usage.find("prompt_tokens") != nullptr || usage.find("input_tokens") == nullptr) {
        into.prompt_tokens = count(usage, "prompt_tokens");
        into.completion_tokens = count(usage, "completion_tokens");
    } else {
        into.prompt_tokens = count(usage, "input_tokens") +
                             count(usage, "cache_read_input_tokens") +
                             count(usage, "cache_creation_input_tokens");
        into.completion_tokens = count(usage, "output_tokens");
    }
    into.total_tokens =
        known_count(usage, "total_tokens").value_or(into.prompt_tokens + into.completion_tokens);
}

} // namespace

std::optional<usage_details> read_usage_details(std::string_view text) {
    std::vector<json::member> members;
    const auto root = json::scan(text, members);
    if (!root || *root != json::kind::object) {
        return std::nullopt;
    }
    const object_view usage(text, std::move(members));
    usage_details read;
    read_totals(usage, read);
    const object_view prompt = either(usage, "prompt_tokens_details", "input_tokens_details");
    read_prompt(prompt, read);
    read_top_level_cache(usage, read);
    read_cache_write_kinds(prompt.object("cache_creation_token_details"), read);
    read_cache_write_kinds(usage.object("cache_creation"), read);
    read_completion(either(usage, "completion_tokens_details", "output_tokens_details"), read);
    if (read.reasoning_tokens == 0) {
        read.reasoning_tokens = count(usage, "reasoning_tokens");
    }
    read.server_searches = known_count(usage.object("server_tool_use"), "web_search_requests");
    read.stated_cost = number(usage, "cost");
    if (const json::member* tier = usage.find("service_tier");
        tier != nullptr && tier->type == json::kind::string) {
        read.service_tier = json::unescape(json::value_of(text, *tier));
    }
    return read;
}

} // namespace llm_proxy::pricing
