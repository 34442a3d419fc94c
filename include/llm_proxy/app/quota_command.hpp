#pragma once

#include "llm_proxy/app/options.hpp"
#include "llm_proxy/config/loader.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::app {

/// `llm-proxy quota`: asks the running gateway how its quotas stand, and prints a table; the exit
/// status.
int show_quota(options chosen, const config::environment& process);

/// The table for an answer of `GET /quota`; the error is for people.
result<std::string> quota_table(std::string_view json);

} // namespace llm_proxy::app
