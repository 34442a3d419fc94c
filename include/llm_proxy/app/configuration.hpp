#pragma once

#include "llm_proxy/app/options.hpp"
#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/server/snapshot.hpp"

#include <memory>

namespace llm_proxy::app {

/// A configuration file, read and resolved against the providers.
struct configuration {
    /// Null if something in it is fatal.
    std::shared_ptr<const server::snapshot> snapshot;
    config::problems found;
    config::environment variables;
};

configuration read_configuration(const options& chosen, const config::environment& process);

/// `--check`: prints the problems and the effective configuration; the exit status.
int check_configuration(const options& chosen, const config::environment& process);

} // namespace llm_proxy::app
