#pragma once

#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/relay/relay.hpp"

namespace llm_proxy::relay {

/// Encodes an answer's sound on the thread for that. A call that is interrupted ends at once, and
/// its encoding within a few milliseconds.
net::task<result<void>> encode_speech(relay_call& call, providers::translated_body& answer);

} // namespace llm_proxy::relay
