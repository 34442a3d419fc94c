#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"

#include <memory>

namespace llm_proxy::dialects {

/// Anthropic's Messages API over chats.
std::unique_ptr<client_dialect> make_messages_dialect(const dialect_options& options);

} // namespace llm_proxy::dialects
