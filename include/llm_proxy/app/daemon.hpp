#pragma once

#include "llm_proxy/app/options.hpp"
#include "llm_proxy/config/loader.hpp"

namespace llm_proxy::app {

/// Runs the server until SIGTERM or SIGINT; the exit status. SIGHUP or a change of the file loads
/// the configuration anew.
int run_daemon(options chosen, const config::environment& process);

} // namespace llm_proxy::app
