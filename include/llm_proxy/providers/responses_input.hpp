#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <memory>
#include <string>

namespace llm_proxy::providers {

/// A chat's messages as OpenAI's Responses API takes them.
struct responses_input {
    /// System messages at the start, joined; empty if there are none.
    std::string instructions;
    /// The `input` items.
    std::unique_ptr<document> items;
};

/// Turns `messages` into items: messages with typed parts, calls of tools and their results, and
/// the reasoning that an earlier answer gave as `reasoning_items`. Messages without any other are
/// no instructions but items, as the API wants at least one. Developer messages count as system
/// messages. What has no place there is a bad request.
/// https://platform.openai.com/docs/api-reference/responses/create
result<responses_input> make_responses_input(const document& messages);

} // namespace llm_proxy::providers
