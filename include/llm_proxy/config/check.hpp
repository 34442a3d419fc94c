#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"

#include <string>

namespace llm_proxy::config {

/// One line for each problem, in the order in which they were found, then their number.
std::string describe_problems(const problems& found);

/// The effective configuration as YAML, with what was left out and every default filled in.
/// Secrets are masked: keys, passwords within URLs, and headers whose name looks like a credential.
std::string effective_yaml(const settings& config);

/// `docs/configuration.md`: every key that is known, from the table of described keys.
std::string reference_markdown();

} // namespace llm_proxy::config
