#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/section_reader.hpp"
#include "llm_proxy/config/value.hpp"

#include <vector>

namespace llm_proxy::config {

/// The deployments of `model_list`. An entry that lacks `model_name` or `litellm_params.model` is
/// fatal, one with a value of a wrong type is left out, as in LiteLLM.
std::vector<model_entry> read_model_list(const value* model_list, reading& shared);

} // namespace llm_proxy::config
