#include "llm_proxy/pricing/custom_prices.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy::pricing {

namespace {

using enum price_of;

void read_all(const std::vector<config::json_member>& members, model_prices& into) {
    for (const config::json_member& one : members) {
        const auto value = nlohmann::json::parse(one.json, nullptr, false);
        if (!value.is_discarded()) {
            read_price(one.name, value, into);
        }
    }
}

/// Which prices of the table's entry a deployment with a price per token inherits.
bool is_inherited(const rate_key& key, bool has_input, bool has_token) {
    if (key.tier != service_tier::standard) {
        return has_token;
    }
    const bool is_cache = key.what == cache_read_token || key.what == cache_write_token;
    const bool is_long = key.above == 200'000;
    return has_input && ((is_cache && (key.above == 0 || is_long)) ||
                         (key.what == cache_write_1h_token && key.above == 0));
}

void inherit(const model_prices& entry, model_prices& into) {
    const bool has_input = into.find({input_token}).has_value();
    const bool has_token = has_input || into.find({output_token});
    for (const rate& one : entry.rates()) {
        if (is_inherited(one.key, has_input, has_token) && !into.find(one.key)) {
            into.set(one.key, one.dollars);
        }
    }
    const auto output = entry.find({output_token});
    if (!into.ranges.empty() && output && !into.find({output_token})) {
        into.set({output_token}, *output);
    }
}

} // namespace

std::shared_ptr<const model_prices> custom_prices(const std::vector<config::json_member>& params,
                                                  const config::model_info& info,
                                                  const model_prices* entry) {
    auto own = std::make_shared<model_prices>();
    read_all(info.echoed, *own);
    read_all(params, *own);
    if (own->rates().empty() && own->ranges.empty()) {
        return nullptr;
    }
    own->custom = true;
    own->provider.clear();
    if (entry != nullptr) {
        own->name = entry->name;
        inherit(*entry, *own);
    }
    own->shrink();
    return own;
}

const model_prices* entry_for(const price_table& table, std::string_view provider,
                              const priced_names& names) {
    for (const std::string_view name : {names.base_model, names.answered, names.deployed}) {
        const model_prices* found = name.empty() ? nullptr : table.lookup(provider, name);
        if (found != nullptr) {
            return found;
        }
    }
    return nullptr;
}

} // namespace llm_proxy::pricing
