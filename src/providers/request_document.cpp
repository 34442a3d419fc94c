#include "llm_proxy/providers/request_document.hpp"

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/request_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

namespace {

using document = nlohmann::ordered_json;

/// A member is found by looking at those before it, so building an object of n members takes n²/2
/// comparisons. A text with no more colons than this stays below the limit in any case.
constexpr std::size_t few_members = 4096;
constexpr std::size_t most_comparisons = few_members * few_members / 2;
/// More members than any provider has parameters.
constexpr std::size_t most_extra_members = 256;

/// A parsed value takes up to twenty times the space of its text, so a request may not be made of
/// nothing but values.
constexpr std::ptrdiff_t most_values = 4 * 1024 * 1024;

bool has_too_many_values(std::string_view text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return c == ',' || c == '[' || c == '{'; }) > most_values;
}

/// Parses while counting the comparisons; slower, and only for texts with many members.
std::optional<document> parse_counting(std::string_view text) {
    std::vector<std::size_t> members;
    std::size_t comparisons = 0;
    const auto keep = [&](int, document::parse_event_t event, const document&) {
        if (event == document::parse_event_t::object_start) {
            members.push_back(0);
        } else if (event == document::parse_event_t::object_end) {
            members.pop_back();
        } else if (event == document::parse_event_t::key) {
            comparisons += ++members.back();
        }
        return comparisons <= most_comparisons;
    };
    document parsed = document::parse(text, keep, false);
    if (comparisons > most_comparisons || parsed.is_discarded()) {
        return std::nullopt;
    }
    return parsed;
}

bool is_own_business(std::string_view name) {
    return name == "model" || is_consumed(name);
}

/// Puts the client's `extra_body` over the members it names.
result<void> merge_extra_body(const document& extra, document& out) {
    if (extra.size() > most_extra_members) {
        return error(400, "invalid_request_error", "'extra_body' has too many members.");
    }
    for (const auto& [name, value] : extra.items()) {
        if (is_forbidden(name)) {
            return forbidden_member(name);
        }
        if (!is_own_business(name)) {
            out[name] = value;
        }
    }
    return {};
}

void apply_deployment(const model::deployment& target, document& out) {
    for (const auto& [name, text] : target.defaults) {
        auto value = parse_document(text);
        if (value && !out.contains(name)) {
            out[name] = std::move(*value);
        }
    }
    for (const auto& [name, text] : target.extra_body) {
        if (auto value = parse_document(text)) {
            out[name] = std::move(*value);
        }
    }
}

document without_nulls(document&& from) {
    document out = document::object();
    for (auto& [name, value] : from.items()) {
        if (!value.is_null()) {
            out[name] = std::move(value);
        }
    }
    return out;
}

} // namespace

std::optional<document> parse_document(std::string_view text) {
    std::vector<json::member> members;
    if (!json::scan(text, members)) {
        return std::nullopt;
    }
    const auto colons = std::count(text.begin(), text.end(), ':');
    if (static_cast<std::size_t>(colons) > few_members) {
        return parse_counting(text);
    }
    document parsed = document::parse(text, nullptr, false);
    if (parsed.is_discarded()) {
        return std::nullopt;
    }
    return parsed;
}

result<document> merged_request(const inbound_call& call, const model::deployment& target) {
    if (has_too_many_values(call.body)) {
        return error(400, "invalid_request_error", "The request has too many values.");
    }
    auto body = parse_document(call.body);
    if (!body || !body->is_object()) {
        return error(400, "invalid_request_error",
                     "The request must be a JSON object without objects of thousands of members.");
    }
    document out = document::object();
    document extra;
    for (auto& [name, value] : body->items()) {
        if (is_forbidden(name)) {
            return forbidden_member(name);
        }
        if (name == "extra_body" && value.is_object()) {
            extra = std::move(value);
        } else if (!is_own_business(name)) {
            out[name] = std::move(value);
        }
    }
    if (auto merged = merge_extra_body(extra, out); !merged) {
        return merged.error();
    }
    apply_deployment(target, out);
    return without_nulls(std::move(out));
}

} // namespace llm_proxy::providers
