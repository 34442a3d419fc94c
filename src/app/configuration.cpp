#include "llm_proxy/app/configuration.hpp"

#include "llm_proxy/app/quotas.hpp"
#include "llm_proxy/config/check.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/providers/registry.hpp"

#include <iostream>
#include <utility>

namespace llm_proxy::app {

namespace {

/// A program without its price table serves all the same.
config::problem no_prices(const error& why) {
    config::problem out;
    out.level = config::severity::warning;
    out.text = "calls have no cost: " + why.message;
    return out;
}

} // namespace

configuration read_configuration(const options& chosen, const config::environment& process,
                                 const pricing::packed_prices& prices) {
    config::loaded loaded = config::load(chosen.config_path, process);
    configuration out;
    out.found = std::move(loaded.found);
    out.variables = std::move(loaded.variables);
    if (!loaded.config) {
        return out;
    }
    if (chosen.drop_params) {
        auto changed = std::make_shared<config::settings>(*loaded.config);
        changed->litellm.drop_params = true;
        loaded.config = std::move(changed);
    }
    const auto variable = [&out](std::string_view name) {
        return name.empty() ? std::nullopt : out.variables.get(name);
    };
    check_limits(*loaded.config, out.found);
    auto deployments = providers::build_deployments(*loaded.config, variable, out.found);
    auto table = prices.read(pricing::needed_entries(deployments));
    if (table) {
        out.models_with_prices = table->models_read();
        deployments = pricing::priced(
            deployments, std::make_shared<const pricing::price_table>(std::move(*table)));
    } else {
        out.found.push_back(no_prices(table.error()));
    }
    out.snapshot = std::make_shared<server::snapshot>(loaded.config, std::move(deployments));
    return out;
}

std::shared_ptr<const server::snapshot>
with_prices(const server::snapshot& current,
            const std::shared_ptr<const pricing::price_table>& table) {
    return std::make_shared<server::snapshot>(current.settings,
                                              pricing::priced(current.models.deployments(), table));
}

int check_configuration(const options& chosen, const config::environment& process) {
    const configuration read = read_configuration(chosen, process);
    std::cout << config::describe_problems(read.found);
    if (read.snapshot) {
        std::cout << '\n' << config::effective_yaml(*read.snapshot->settings);
    }
    return read.snapshot && !config::has_errors(read.found) ? 0 : 1;
}

} // namespace llm_proxy::app
