#pragma once

#include "llm_proxy/app/options.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::app {

/// Sends a request to the gateway that these options describe, on this machine; its whole answer,
/// or why there is none. Within five seconds; a megabyte at most.
std::string ask_own_gateway(const options& chosen, std::string_view request);

} // namespace llm_proxy::app
