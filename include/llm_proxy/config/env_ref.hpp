#pragma once

#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/config/value.hpp"

#include <string_view>

namespace llm_proxy::config {

/// Sets what the root's `environment_variables` say, `os.environ/NAME` resolved, over `variables`.
/// Names that change how programs are run (`LD_PRELOAD`, `PATH` ...) are refused with a warning.
void apply_environment_variables(const value& root, environment& variables, problems& found);

/// Replaces every text that starts with `os.environ/` by the variable's value: `true` and `false`
/// become booleans, an unset one null, with a warning. Keys and the middle of texts stay.
void resolve_environment(value& root, const environment& variables, problems& found);

} // namespace llm_proxy::config
