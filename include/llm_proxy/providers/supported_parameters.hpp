#pragma once

#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/model/parameter_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

namespace llm_proxy::providers {

/// OpenAI parameters that some provider does not take, in the order in which LiteLLM's messages
/// list them; the place is the bit in a `parameter_set`.
inline constexpr std::array<std::string_view, 40> parameter_names{
    "functions",
    "function_call",
    "temperature",
    "top_p",
    "n",
    "stream_options",
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "modalities",
    "prediction",
    "audio",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
    "response_format",
    "seed",
    "tools",
    "tool_choice",
    "logprobs",
    "top_logprobs",
    "parallel_tool_calls",
    "reasoning_effort",
    "verbosity",
    "thinking",
    "web_search_options",
    "safety_identifier",
    "store",
    "prompt_cache_key",
    "include_server_side_tool_invocations",
    "service_tier",
    "prompt_cache_retention",
    "context_management",
    "encoding_format",
    "dimensions",
    "quality",
    "size",
    "style",
    "imageConfig",
};

/// Those of a chat.
inline constexpr auto chat_parameter_names = std::span(parameter_names).first<34>();
static_assert(chat_parameter_names.back() == "context_management");

/// The set of one parameter; empty if `name` is none of them.
constexpr model::parameter_set parameter(std::string_view name) {
    const auto* const found = std::find(parameter_names.begin(), parameter_names.end(), name);
    return found == parameter_names.end()
               ? 0
               : model::parameter_set{1}
                     << static_cast<std::size_t>(found - parameter_names.begin());
}

/// The set of the parameters named in `text`, with spaces between them.
consteval model::parameter_set parameters(std::string_view text) {
    model::parameter_set out = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const model::parameter_set one = parameter(text.substr(0, end));
        if (one == 0) {
            throw std::invalid_argument("no such parameter");
        }
        out |= one;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// What a provider does not take of a model, by LiteLLM's tables; told by the model's name alone.
model::parameter_set unsupported_parameters(std::string_view provider, std::string_view model,
                                            model::call_type type);

/// How a model reasons, where OpenAI's own rules for values hold.
model::reasoning_kind reasoning_of(std::string_view provider, std::string_view model);

} // namespace llm_proxy::providers
