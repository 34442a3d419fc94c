#pragma once

#include "llm_proxy/relay/relay.hpp"

namespace llm_proxy::relay {

/// Relays a `text/event-stream` answer. The client's head goes out with the first event, so that a
/// failure before it is a proper status; a failure after it becomes one error event.
net::task<relayed> relay_stream(relay_call& call);

} // namespace llm_proxy::relay
