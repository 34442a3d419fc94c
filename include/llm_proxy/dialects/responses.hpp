#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"

#include <memory>

namespace llm_proxy::dialects {

/// OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). Nothing is
/// kept: the client sends the whole conversation every time. Thought signatures travel in the
/// `call_id` of calls, as in a chat's ids.
std::unique_ptr<client_dialect> make_responses_dialect(const dialect_options& options);

/// Appends the `error` event that ends a stream of the API, and `[DONE]`; `number`: how many events
/// came before.
void append_response_error(const error& failure, std::int64_t number, std::string& out);

} // namespace llm_proxy::dialects
