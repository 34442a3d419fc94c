#pragma once

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/model/request_context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// What a call costs by the JSON object that answers it (of a stream, the event with the usage).
/// Nothing if it cannot be told: there are no prices for it, or nothing counted. The target must
/// have prices.
std::optional<model::call_cost> cost_of_answer(const model::request_context& context,
                                               std::string_view answer,
                                               const std::vector<json::member>& members,
                                               bool cites_pages);

/// What a call costs whose answer is no JSON: speech that is paid by its text.
std::optional<model::call_cost> cost_of_request(const model::request_context& context);

/// Notes a `usage` object of ours, valid JSON, and what the call costs by it.
void note_usage(model::request_context& context, std::string_view usage);

/// Whether an answer, or an event of a stream, cites web pages (OpenAI's `url_citation`).
bool cites_pages(std::string_view answer);

/// Appends LiteLLM's header lines of a cost, and `llm_provider-x-litellm-response-cost` where the
/// provider stated it. What costs nothing has no `x-litellm-response-cost`, as with LiteLLM.
void append_cost_lines(const model::call_cost& cost, std::string& out);

} // namespace llm_proxy::relay
