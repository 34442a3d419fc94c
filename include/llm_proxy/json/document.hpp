#pragma once

#include <nlohmann/json_fwd.hpp>

namespace llm_proxy {

/// A parsed JSON value whose members keep their order.
using document = nlohmann::ordered_json;

} // namespace llm_proxy
