#include "llm_proxy/app/configuration.hpp"

#include "llm_proxy/config/check.hpp"
#include "llm_proxy/providers/registry.hpp"

#include <iostream>
#include <utility>

namespace llm_proxy::app {

configuration read_configuration(const options& chosen, const config::environment& process) {
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
    auto deployments = providers::build_deployments(*loaded.config, variable, out.found);
    out.snapshot = std::make_shared<server::snapshot>(loaded.config, std::move(deployments));
    return out;
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
