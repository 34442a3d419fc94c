#pragma once

#include "llm_proxy/app/options.hpp"
#include "llm_proxy/config/loader.hpp"

#include <string>

namespace llm_proxy::app {

/// `llm-proxy copilot login|status|logout`; the exit status. Variables also come from the
/// configuration and its `.env`, if there are such files, as the daemon's do.
int run_copilot(action what, const std::string& config_path, const config::environment& process);

} // namespace llm_proxy::app
