#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// Appends the pieces of a multipart body as the upstream gets it: the client's parts but for those
/// that `is_consumed`, and one `model` part with the upstream's name, which `out.form_model` holds.
/// Refuses names with control characters, as they could make parts of their own.
result<void> append_form(const inbound_call& call, outbound_call& out);

} // namespace llm_proxy::providers
