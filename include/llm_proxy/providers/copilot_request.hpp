#pragma once

#include <string_view>

namespace llm_proxy::providers {

/// What Copilot's headers say of a chat.
struct copilot_marks {
    /// `X-Initiator: agent`, which is billed as part of the user's request before it.
    bool agent = false;
    /// `Copilot-Vision-Request: true`, without which images are refused.
    bool vision = false;
};

/// Whether the `messages` of a chat or the `input` of a response, valid JSON text, hold what an
/// assistant or a tool said, and an image.
/// Searches the text rather than parses it, as images make it long.
copilot_marks read_copilot_marks(std::string_view messages);

/// Whether Copilot serves a model on `/responses` alone, by the bundled price table (`mode`).
bool copilot_needs_responses(std::string_view model);

/// Whether Copilot serves a model by Anthropic's Messages API as well (`supported_endpoints`).
bool copilot_serves_messages(std::string_view model);

} // namespace llm_proxy::providers
