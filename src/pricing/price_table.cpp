#include "llm_proxy/pricing/price_table.hpp"

#include "llm_proxy/pricing/model_names.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <istream>
#include <utility>

namespace llm_proxy::pricing {

namespace {

constexpr int no_table = 500; // not on the request path: the status is never sent

/// Reads one entry at a time, so that the whole table never stands in memory as a tree.
class entry_collector {
public:
    explicit entry_collector(const table_selection& wanted) : wanted_(wanted) {}

    /// nlohmann's parser callback; false drops what was just read.
    bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        using enum nlohmann::json::parse_event_t;
        if (depth == 0) {
            is_object = event == object_start || event == object_end;
        } else if (depth == 1 && event == key) {
            name_ = parsed.get<std::string>();
            return is_model_name();
        } else if (depth == 1 && event == object_end) {
            take(parsed);
            return false;
        }
        return true;
    }

    std::deque<model_prices> entries;
    std::map<std::string, std::string, std::less<>> texts;
    std::size_t models = 0;
    bool is_object = false;

private:
    bool is_model_name() const {
        return name_ != "sample_spec" && name_ != "fallback_generalizations";
    }

    void take(const nlohmann::json& entry) {
        if (!entry.is_object() || !is_model_name()) {
            return;
        }
        ++models;
        const auto provider = entry.find("litellm_provider");
        const bool named = provider != entry.end() && provider->is_string();
        const std::string_view owner =
            named ? std::string_view(provider->get_ref<const std::string&>()) : std::string_view();
        if (wanted_.keep && !wanted_.keep(name_, owner)) {
            return;
        }
        if (wanted_.show && wanted_.show(name_, owner)) {
            texts.emplace(name_,
                          entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        }
        model_prices& prices = entries.emplace_back();
        prices.name = name_;
        for (const auto& [member, value] : entry.items()) {
            read_price(member, value, prices);
        }
        prices.shrink();
    }

    const table_selection& wanted_;
    std::string name_;
};

} // namespace

template <class Text>
result<price_table> price_table::read(Text&& json, const table_selection& wanted) {
    entry_collector collector(wanted);
    const auto rest = nlohmann::json::parse(json, std::ref(collector), false);
    // What is dropped leaves a null or an empty object behind; a broken text leaves `discarded`.
    if (rest.is_discarded() || !collector.is_object) {
        return error(no_table, "internal_server_error", "the price table is no JSON object");
    }
    price_table table;
    table.entries_ = std::move(collector.entries);
    table.texts_ = std::move(collector.texts);
    table.models_read_ = collector.models;
    table.sort();
    return table;
}

result<price_table> price_table::parse(std::string_view json, const table_selection& wanted) {
    return read(json, wanted);
}

result<price_table> price_table::parse(std::istream& json, const table_selection& wanted) {
    return read(json, wanted);
}

void price_table::sort() {
    std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return less_ignoring_case(a.name, b.name) || (iequals(a.name, b.name) && a.name < b.name);
    });
}

/// The spelling as asked for, else one that differs in case only.
const model_prices* price_table::find(std::string_view name) const {
    const auto first = std::lower_bound(entries_.begin(), entries_.end(), name,
                                        [](const model_prices& one, std::string_view key) {
                                            return less_ignoring_case(one.name, key);
                                        });
    const model_prices* found = nullptr;
    for (auto one = first; one != entries_.end() && iequals(one->name, name); ++one) {
        found = &*one;
        if (one->name == name) {
            break;
        }
    }
    return found;
}

const model_prices* price_table::lookup(std::string_view provider, std::string_view model) const {
    for (const std::string& name : names_to_try(provider, model)) {
        const model_prices* found = find(name);
        if (found != nullptr && serves(found->provider, provider)) {
            return found;
        }
    }
    return nullptr;
}

const model_prices* price_table::lookup_image(std::string_view provider, std::string_view model,
                                              std::string_view quality,
                                              std::string_view size) const {
    for (const std::string& name : image_names_to_try(provider, model, quality, size)) {
        if (const model_prices* found = find(name); found != nullptr && found->name == name) {
            return found;
        }
    }
    return lookup(provider, model);
}

bool price_table::knows(std::string_view provider) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const model_prices& one) { return serves(one.provider, provider); });
}

std::string_view price_table::text_of(const model_prices& entry) const {
    const auto found = texts_.find(entry.name);
    return found == texts_.end() ? std::string_view() : found->second;
}

std::string refusal(const price_table& replacement, std::size_t bundled_models) {
    constexpr std::size_t fewest = 50;
    const std::size_t count = replacement.models_read();
    if (count < fewest) {
        return "it holds " + std::to_string(count) + " models, fewer than " +
               std::to_string(fewest);
    }
    if (count * 2 < bundled_models) {
        return "it holds " + std::to_string(count) + " models, fewer than half of the " +
               std::to_string(bundled_models) + " that come with the program";
    }
    return {};
}

} // namespace llm_proxy::pricing
