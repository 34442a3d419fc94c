#include "llm_proxy/config/properties.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace llm_proxy::config {

std::span<const section* const> sections() {
    static constexpr std::array<const section*, 7> all{
        &top_level_section,       &model_entry_section,      &litellm_params_section,
        &model_info_section,      &litellm_settings_section, &router_settings_section,
        &general_settings_section};
    return all;
}

namespace {

bool is_listed(std::string_view list, std::string_view name) {
    const auto names = split(list, ' ');
    return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

const property* find_property(const section& within, std::string_view name) {
    const auto found = std::find_if(within.properties.begin(), within.properties.end(),
                                    [&](const property& one) { return one.name == name; });
    if (found != within.properties.end())
        return &*found;
    static constexpr property price{"", value_kind::non_negative, "", "A price in US dollars."};
    return within.prices && is_listed(price_keys, name) ? &price : nullptr;
}

bool is_price(std::string_view name) {
    return is_listed(price_keys, name) || name == "search_context_cost_per_query" ||
           name == "tiered_pricing";
}

bool is_also_known(const section& within, std::string_view name) {
    return is_listed(within.also_known, name);
}

std::optional<std::string_view> closest_key(const section& within, std::string_view name) {
    std::vector<std::string_view> names;
    for (const property& one : within.properties)
        names.push_back(one.name);
    for (const std::string_view one : split(within.also_known, ' '))
        names.push_back(one);
    if (within.prices)
        for (const std::string_view one : split(price_keys, ' '))
            names.push_back(one);
    // No key is longer, and the distance costs time by the product of the lengths.
    return name.size() > 100 ? std::nullopt : closest(name, names);
}

std::string_view kind_name(value_kind kind) {
    switch (kind) {
    case value_kind::any:
        return "any value";
    case value_kind::boolean:
        return "true or false";
    case value_kind::text:
        return "text";
    case value_kind::integer:
        return "a whole number";
    case value_kind::number:
        return "a number";
    case value_kind::positive_integer:
        return "a positive whole number";
    case value_kind::positive_number:
        return "a positive number";
    case value_kind::non_negative:
        return "a number not below 0";
    case value_kind::count:
        return "a whole number not below 0";
    case value_kind::seconds:
        return "a positive number of seconds";
    case value_kind::sequence:
        return "a list";
    case value_kind::mapping:
        return "a mapping";
    }
    return "";
}

} // namespace llm_proxy::config
