#pragma once

#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/model/parameter_rules.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// OpenAI's reasoning models take no other limit than `max_completion_tokens`, and while they
/// reason no temperature but 1 and no sampling (LiteLLM's rules). Renames the one; with `drop`
/// leaves the others out, else refuses them.
result<void> apply_reasoning_rules(const inbound_call& call, model::reasoning_kind kind, bool drop,
                                   json::splice& body);

} // namespace llm_proxy::providers
