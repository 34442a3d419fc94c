#pragma once

#include "llm_proxy/server/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace llm_proxy::server {

/// The access for a call to a deployment that needs a login, but not of the version `refused`.
/// Nothing if the waiting was interrupted; errors are in LiteLLM's words.
net::task<std::optional<result<login::grant>>> take_access(services& shared,
                                                           const model::deployment& target,
                                                           std::string_view group,
                                                           std::uint64_t refused);

} // namespace llm_proxy::server
