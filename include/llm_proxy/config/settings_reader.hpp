#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/section_reader.hpp"
#include "llm_proxy/config/value.hpp"

namespace llm_proxy::config {

litellm_settings read_litellm_settings(const value* section, reading& shared);
router_settings read_router_settings(const value* section, reading& shared);
/// Also finds the master key, here or in LITELLM_MASTER_KEY; a missing, empty or publicly known
/// one is fatal unless the configuration or the environment permits it.
general_settings read_general_settings(const value* section, reading& shared);

} // namespace llm_proxy::config
