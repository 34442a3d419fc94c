#pragma once

#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/server/call_parser.hpp"

#include <optional>
#include <string_view>

namespace llm_proxy::server {

/// The parameters of a call that bear on its price, the deployment's defaults among them; nothing
/// if it has none. `body` is the one that `call` was read from.
std::optional<model::priced_parameters> priced_parameters_of(model::call_type type,
                                                             std::string_view body,
                                                             const parsed_call& call,
                                                             const model::deployment& target);

} // namespace llm_proxy::server
