#pragma once

#include "llm_proxy/app/options.hpp"
#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/pricing/bundled_prices.hpp"
#include "llm_proxy/server/snapshot.hpp"

#include <cstddef>
#include <memory>

namespace llm_proxy::app {

/// A configuration file, read and resolved against the providers.
struct configuration {
    /// Null if something in it is fatal.
    std::shared_ptr<const server::snapshot> snapshot;
    config::problems found;
    config::environment variables;
    /// How many models the price table holds.
    std::size_t models_with_prices = 0;
};

/// Deployments are billed by `prices`.
configuration read_configuration(const options& chosen, const config::environment& process,
                                 const pricing::packed_prices& prices = {});

/// The configuration in force, billed by another price table.
std::shared_ptr<const server::snapshot>
with_prices(const server::snapshot& current,
            const std::shared_ptr<const pricing::price_table>& table);

/// `--check`: prints the problems and the effective configuration; the exit status.
int check_configuration(const options& chosen, const config::environment& process);

} // namespace llm_proxy::app
