#pragma once

#include "llm_proxy/relay/relay.hpp"

#include <string>
#include <vector>

namespace llm_proxy::relay {

/// Relays a `text/event-stream` answer. The client's head goes out with the first event, so that a
/// failure before it is a proper status; a failure after it becomes one error event.
net::task<relayed> relay_stream(relay_call& call);

/// Sends chunks that are all there already as a stream.
net::task<relayed> relay_as_stream(relay_call& call, std::vector<std::string> chunks);

} // namespace llm_proxy::relay
