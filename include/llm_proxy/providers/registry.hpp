#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/providers/adapter.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// The adapter of a provider prefix; null if there is none. Adapters live as long as the process.
const adapter* find_adapter(std::string_view prefix);

/// Every prefix that is served, in table order.
std::vector<std::string_view> served_prefixes();

/// Resolves the model list: provider, origin, credentials. A deployment that cannot serve is left
/// out and its problem says why, as LiteLLM does.
model::deployment_list build_deployments(const config::settings& settings,
                                         const variable_lookup& variable, config::problems& found);

} // namespace llm_proxy::providers
