#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// A whole chat or text completion as the chunks of a stream: for each choice one with all it says
/// and one with its `finish_reason`, then one with the usage. Empty if it is no completion.
std::vector<std::string> completion_chunks(std::string_view completion);

} // namespace llm_proxy::relay
