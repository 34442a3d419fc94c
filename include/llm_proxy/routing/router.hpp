#pragma once

#include "llm_proxy/model/catalogue.hpp"
#include "llm_proxy/util/random.hpp"

#include <optional>
#include <vector>

namespace llm_proxy::routing {

/// Picks the deployment of a group that serves a call: `simple-shuffle`, as LiteLLM: at random by
/// `weight` if any deployment has one, else by `rpm`, else by `tpm`, else evenly. The group has at
/// least one deployment. Pure but for `random`.
const std::shared_ptr<const model::deployment>& pick(const model::match& found,
                                                     random_source& random);

} // namespace llm_proxy::routing
