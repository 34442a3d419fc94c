#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>

namespace llm_proxy::providers {

/// LiteLLM's refusal of what a model does not take, in the words `text`.
error unsupported_error(std::string_view text, std::string_view group);

/// LiteLLM's refusal of parameters that a deployment's provider does not take.
error unsupported_error(const inbound_call& call, const model::deployment& target,
                        model::parameter_set refused);

} // namespace llm_proxy::providers
