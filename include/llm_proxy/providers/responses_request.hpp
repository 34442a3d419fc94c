#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>

namespace llm_proxy::providers {

/// The JSON body of a `POST /responses` that asks for what the chat request `call` asks for, with
/// the deployment's parameters. Parameters that the Responses API has under another name or in
/// another form are translated; those that it lacks (`stop`, `n`, `seed`, penalties, …) are left
/// out. Nothing is stored differently than the client says: `store` passes as it is.
result<std::string> make_responses_body(const inbound_call& call, const model::deployment& target);

} // namespace llm_proxy::providers
