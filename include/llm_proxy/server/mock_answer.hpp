#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace llm_proxy::server {

/// The whole answer of a deployment with `mock_response`, as LiteLLM composes it: a chat or text
/// completion with usage 10/20/30, or embeddings where the text is a JSON list of numbers.
/// `created`: seconds since the epoch. Other call types have no mock: an error.
result<std::string> mock_answer(const model::request_context& context, std::string_view text,
                                std::int64_t created);

/// The same as a stream of events, in pieces of three characters, `[DONE]` included; in the
/// client's dialect where that is not null. `usage`, an object or empty, is told to clients that
/// ask for it.
std::string mock_stream(const model::request_context& context, std::string_view text,
                        std::int64_t created, std::string_view usage,
                        dialects::client_dialect* dialect = nullptr);

} // namespace llm_proxy::server
