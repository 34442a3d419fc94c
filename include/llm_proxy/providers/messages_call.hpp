#pragma once

#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/answer_edit.hpp"

#include <memory>
#include <string_view>

/// Calls of Anthropic's Messages API that go out as they are.
namespace llm_proxy::providers {

/// Whether the deployment's `model_info.supported_endpoints` names `/v1/messages`, by which an
/// operator says that its server speaks the Messages API.
bool declares_messages(const model::deployment& target);

/// Takes out of a request what earlier answers of other models were given by us, and Anthropic's
/// servers refuse: thought signatures in tool calls and in their ids.
void clean_messages(json::splice& body);

/// Puts the client's name of the model where a stream tells it: in its first event.
std::unique_ptr<answer_edit> make_messages_edit(std::string_view requested_model);

} // namespace llm_proxy::providers
