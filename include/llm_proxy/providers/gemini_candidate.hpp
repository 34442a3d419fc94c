#pragma once

#include "llm_proxy/providers/gemini_json.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// OpenAI's word for a `finishReason`. Unknown and missing ones are `stop`.
/// https://ai.google.dev/api/generate-content#FinishReason
std::string_view gemini_finish_reason(std::string_view native);

/// OpenAI's name of the tier that served a call; empty if none is given.
/// https://ai.google.dev/gemini-api/docs/priority-inference
std::string openai_service_tier(std::string_view native);

/// Whether a whole answer with this `finishReason` was withheld: what there is of it is not shown.
bool gemini_withholds(std::string_view native);

/// Whether the prompt was refused: then there are no candidates.
bool gemini_prompt_blocked(const document& answer);

/// The web pages that the text rests on as `url_citation`s, the first page of each passage.
document gemini_annotations(const document& candidate);

/// OpenAI's `logprobs`, or null.
document gemini_logprobs(const document& candidate);

/// Adds `vertex_ai_*`, what LiteLLM passes on as it came, to a whole answer or a chunk.
void add_gemini_metadata(const document& candidates, bool chunk, document& out);

/// Whether a candidate has any of it that plain chunks of text would lose.
bool has_gemini_sources(const document& candidate);

/// How often the answer was looked up elsewhere, which is billed by itself.
struct gemini_lookups {
    std::int64_t searches = 0;
    std::int64_t maps = 0;
};
gemini_lookups count_gemini_lookups(const document& candidates);

} // namespace llm_proxy::providers
