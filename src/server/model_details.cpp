#include "llm_proxy/server/model_details.hpp"

#include "llm_proxy/config/properties.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llm_proxy::server {

namespace {

/// What LiteLLM shows as null where it is not known; of the rest only what is known is shown.
constexpr const char* always_shown[] = {"max_tokens", "max_input_tokens", "max_output_tokens",
                                        "input_cost_per_token", "output_cost_per_token"};

document table_entry(const model::deployment& item) {
    const std::string_view text = item.prices ? item.prices->entry_text() : std::string_view();
    document out = document::parse(text, nullptr, false);
    return out.is_object() ? out : document::object();
}

/// Adds members that are not there yet.
void fill_in(document& out, const document& more) {
    for (const auto& [name, value] : more.items()) {
        if (!out.contains(name)) {
            out[name] = value;
        }
    }
}

/// The prices that the deployment sets itself.
document overridden(const model::deployment& item) {
    document out = document::array();
    for (const auto* list : {&item.prices_set, &item.info.echoed}) {
        for (const config::json_member& one : *list) {
            if (config::is_price(one.name)) {
                out.push_back(one.name);
            }
        }
    }
    return out;
}

/// The larger of two values of which either may be no number.
document larger(const document& a, const document& b) {
    if (!a.is_number() || !b.is_number()) {
        return a.is_number() ? a : b.is_number() ? b : document();
    }
    return a.get<double>() < b.get<double>() ? b : a;
}

/// The widest of the deployments' values.
document widest(const std::vector<document>& details, const char* name) {
    document out;
    for (const document& one : details) {
        out = larger(out, one.value(name, document()));
    }
    return out;
}

std::vector<document> details_of(const model::model_group& group) {
    std::vector<document> out;
    for (const auto& item : group.deployments) {
        out.push_back(model_details(*item));
    }
    return out;
}

} // namespace

document from_members(const std::vector<config::json_member>& members) {
    document out = document::object();
    for (const auto& [name, text] : members) {
        out[name] = document::parse(text, nullptr, false);
    }
    return out;
}

document model_details(const model::deployment& item) {
    document out{{"id", item.id}, {"db_model", false}};
    out.update(from_members(item.info.echoed));
    out.update(from_members(item.prices_set));
    out["pricing_overrides"] = overridden(item);
    const auto* entry = item.prices ? item.prices->entry() : nullptr;
    out["key"] = entry != nullptr ? entry->name : item.model_name;
    // A deployment with prices of its own is billed by them alone.
    document known = table_entry(item);
    if (item.prices && item.prices->custom() != nullptr) {
        for (const std::string_view name : {"input_cost_per_token", "output_cost_per_token"}) {
            known.erase(name);
        }
    }
    fill_in(out, known);
    for (const char* name : always_shown) {
        if (!out.contains(name)) {
            out[name] = nullptr;
        }
    }
    if (!out.contains("litellm_provider")) {
        out["litellm_provider"] = item.provider;
    }
    return out;
}

void add_group_details(const model::model_group& group, document& out) {
    const std::vector<document> details = details_of(group);
    for (const char* name : {"max_input_tokens", "max_output_tokens", "input_cost_per_token",
                             "output_cost_per_token", "input_cost_per_pixel"}) {
        out[name] = widest(details, name);
    }
    for (const char* name :
         {"supports_parallel_function_calling", "supports_vision", "supports_web_search",
          "supports_url_context", "supports_reasoning", "supports_function_calling"}) {
        bool supported = false;
        for (const document& one : details) {
            supported = supported || one.value(name, document()) == true;
        }
        out[name] = supported;
    }
    for (const char* name : {"tpm", "rpm"}) {
        if (!out.contains(name) || out[name].is_null()) {
            out[name] = widest(details, name);
        }
    }
    if (const document mode = details.front().value("mode", document()); mode.is_string()) {
        out["mode"] = mode;
    }
}

void add_listing_details(const model::model_group& group, document& out) {
    const std::vector<document> details = details_of(group);
    if (const document mode = details.front().value("mode", document()); mode.is_string()) {
        out["mode"] = mode;
    }
    for (const char* name : {"max_input_tokens", "max_output_tokens"}) {
        if (document limit = widest(details, name); limit.is_number()) {
            out[name] = std::move(limit);
        }
    }
}

} // namespace llm_proxy::server
