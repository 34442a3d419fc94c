#include "llm_proxy/relay/messages_usage.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/pricing/usage_details.hpp"

#include <algorithm>

namespace llm_proxy::relay {

namespace {

/// Members of a usage that are kept, and the longest of them.
constexpr std::size_t most_counts = 64;
constexpr std::size_t longest_count = 1024;

std::string_view value_named(std::string_view object, const std::vector<json::member>& members,
                             std::string_view name, json::kind type) {
    const auto* item = json::find(object, members, name);
    return item != nullptr && item->type == type ? json::value_of(object, *item)
                                                 : std::string_view();
}

} // namespace

std::optional<model::usage> read_messages_usage(std::string_view object) {
    const auto details = pricing::read_usage_details(object);
    if (!details) {
        return std::nullopt;
    }
    model::usage out;
    out.prompt_tokens = details->prompt_tokens;
    out.completion_tokens = details->completion_tokens;
    out.total_tokens = details->prompt_tokens + details->completion_tokens;
    return out;
}

void messages_usage::add(std::string_view usage) {
    std::vector<json::member> members;
    if (usage.empty()) {
        return;
    }
    json::scan_valid(usage, members);
    std::string store;
    for (const json::member& item : members) {
        const std::string name(json::key_view(usage, item, store));
        const std::string_view value = json::value_of(usage, item);
        const auto at = std::find_if(counts_.begin(), counts_.end(),
                                     [&](const auto& one) { return one.first == name; });
        const bool is_told = item.type != json::kind::null && value.size() <= longest_count;
        if (at != counts_.end() && is_told) {
            at->second = value;
        } else if (is_told && name.size() <= longest_count && counts_.size() < most_counts) {
            counts_.emplace_back(name, value);
        }
    }
}

void messages_usage::take(std::string_view data, const std::vector<json::member>& members) {
    const std::string_view type = value_named(data, members, "type", json::kind::string);
    if (type == R"("message_stop")") {
        ended_ = true;
    } else if (type == R"("message_start")") {
        const std::string_view message = value_named(data, members, "message", json::kind::object);
        if (!message.empty()) {
            std::vector<json::member> parts;
            json::scan_valid(message, parts);
            add(value_named(message, parts, "usage", json::kind::object));
            model_ = value_named(message, parts, "model", json::kind::string);
        }
    } else if (type == R"("message_delta")") {
        known_ = true;
        add(value_named(data, members, "usage", json::kind::object));
        answer_ = model_.empty() ? "{" : R"({"model":)" + model_;
        json::append_key(answer_, "usage");
        answer_ += "{";
        for (const auto& [name, value] : counts_) {
            json::append_key(answer_, name);
            answer_ += value;
        }
        answer_ += "}}";
    }
}

} // namespace llm_proxy::relay
