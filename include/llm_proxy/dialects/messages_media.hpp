#pragma once

#include "llm_proxy/json/document.hpp"

#include <string_view>

namespace llm_proxy::dialects {

/// Appends an `image`, a `document` or a `search_result` block of the Messages API to the `parts`
/// of a chat's content. A document that is text stays text, others become files; one without a
/// source that is known is left out. Blocks of other types are not touched; returns whether it was
/// one of these.
bool add_messages_media(const document& block, document& parts);

} // namespace llm_proxy::dialects
