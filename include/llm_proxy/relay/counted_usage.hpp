#pragma once

#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/net/background.hpp"
#include "llm_proxy/relay/answer_text.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::relay {

/// The counts of a `usage` object, as far as they are there.
struct known_usage {
    std::optional<std::int64_t> prompt_tokens;
    std::optional<std::int64_t> completion_tokens;
    std::optional<std::int64_t> total_tokens;
};

/// Reads a `usage` object, that of the Responses API as well: valid JSON.
known_usage read_known_usage(std::string_view object);

/// One call whose tokens are to be counted.
struct usage_order {
    model::call_type type = model::call_type::chat_completion;
    std::string model;   // the upstream's name for it
    std::string request; // the client's body
    answer_text answer;
    known_usage known; // not counted again
};

/// The tokens of a call by our own count.
struct counted_usage {
    model::usage tokens;
    std::int64_t reasoning_tokens = 0;
    /// LiteLLM tells thoughts and text apart unless tools were called without a thought.
    bool with_details = false;
};

/// Counts as LiteLLM does for streams without usage: a prompt by its messages, which cannot be
/// counted as 0, without the definitions of tools; an embedding's input by its texts. Takes about
/// 40 ms for a megabyte, so it is not for an event loop.
counted_usage count_usage(const usage_order& order);

/// The same on the background thread, or here if that is null; nothing if that is overloaded or the
/// caller interrupted.
net::task<std::optional<counted_usage>> count_usage_apart(net::background* thread,
                                                          std::shared_ptr<usage_order> order);

/// The `usage` object of an answer, as LiteLLM writes its own.
std::string usage_json(const counted_usage& counted, model::call_type type);

} // namespace llm_proxy::relay
