#include "llm_proxy/pricing/needed_entries.hpp"

#include "llm_proxy/pricing/model_names.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace llm_proxy::pricing {

namespace {

/// What every entry for the model has in its name: `meta/Llama-3-2024-01-02` gives `llama-3`.
std::string core_of(const priced_deployment& one, std::string_view model) {
    const std::string_view bare = model.substr(model.rfind('/') + 1);
    return lower(without_version(one.provider, bare));
}

/// An entry of no provider ever known: such a provider takes the entries of all.
bool serves_all(std::string_view provider) {
    return serves("none", provider);
}

/// The entries of these providers, and those with one of these texts in their names.
entry_filter entries_of(std::set<std::string> providers, std::set<std::string> cores) {
    return [providers = std::move(providers), cores = std::move(cores)](std::string_view name,
                                                                        std::string_view owner) {
        const std::string small = cores.empty() ? std::string() : lower(name);
        return std::any_of(providers.begin(), providers.end(),
                           [&](const std::string& one) { return serves(owner, one); }) ||
               std::any_of(cores.begin(), cores.end(),
                           [&](const std::string& core) { return small.find(core) != small.npos; });
    };
}

/// The entries of these names, case not regarded, whoever provides them.
entry_filter entries_named(std::set<std::string> names) {
    return [names = std::move(names)](std::string_view name, std::string_view) {
        return names.contains(lower(name));
    };
}

} // namespace

table_selection needed_entries(const std::vector<priced_deployment>& deployments) {
    std::set<std::string> providers;
    std::set<std::string> cores;
    std::set<std::string> own;
    for (const priced_deployment& one : deployments) {
        const bool takes_all = serves_all(one.provider);
        if (!takes_all) {
            providers.insert(one.provider);
        }
        if (one.provider == "openai") {
            providers.insert("text-completion-openai");
        }
        for (const std::string* model : {&one.model, &one.base_model}) {
            if (model->empty()) {
                continue;
            }
            for (const std::string& name : names_to_try(one.provider, *model)) {
                own.insert(lower(name));
            }
            if (takes_all) {
                const bool is_pattern = model->find('*') != model->npos;
                cores.insert(is_pattern ? std::string() : core_of(one, *model));
            }
        }
    }
    return {entries_of(std::move(providers), std::move(cores)), entries_named(std::move(own))};
}

} // namespace llm_proxy::pricing
