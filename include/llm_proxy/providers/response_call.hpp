#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/answer_edit.hpp"
#include "llm_proxy/providers/parameter_plan.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

// Calls of OpenAI's Responses API that go upstream as they are.

/// Lays the deployment's own parameters beneath the client's: those that the API has, and those
/// that a chat has under another name. The others are for chats.
void apply_response_defaults(const model::deployment& target, const parameter_plan& plan,
                             json::splice& body);

/// Puts the client's name of the model into the events of a stream. With `stable_ids` an item also
/// keeps the id with which it was added: GitHub Copilot gives it another in every event.
std::unique_ptr<answer_edit> make_response_edit(std::string_view requested_model, bool stable_ids);

} // namespace llm_proxy::providers
