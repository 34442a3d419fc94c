#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>

namespace llm_proxy::providers {

/// A client's request, an object; refused where its parsed form would take too much space or time.
result<document> parse_request(std::string_view text);

/// The client's request as a document, for a provider of another dialect. `parameters` becomes what
/// the client asked for with the deployment's defaults beneath it, without what stays here (see
/// `plan_parameters`). `extra` becomes what is to be put over the translated request: the client's
/// `extra_body` beneath the deployment's. A client's null hides a default; neither holds nulls.
result<void> read_request(const inbound_call& call, const model::deployment& target,
                          document& parameters, document& extra);

} // namespace llm_proxy::providers
