#pragma once

#include "llm_proxy/app/options.hpp"

namespace llm_proxy::app {

/// `--healthcheck`: asks the running server for `/health/liveliness` over the address that the
/// options name, within five seconds. The exit status: 0 alive, 1 not (and why on stderr).
int check_health(const options& chosen);

} // namespace llm_proxy::app
