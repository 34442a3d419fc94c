#pragma once

#include "llm_proxy/app/options.hpp"

namespace llm_proxy::app {

/// Sends the log to standard error: level from `LITELLM_LOG`, `--debug` and `--detailed_debug`,
/// one JSON object a line if `JSON_LOGS` is true (or `json_logs` in the configuration).
void start_logging(const options& chosen, const config::environment& variables, bool json);

} // namespace llm_proxy::app
