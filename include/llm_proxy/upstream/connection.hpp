#pragma once

#include "llm_proxy/net/stream.hpp"
#include "llm_proxy/upstream/tls_contexts.hpp"

#include <memory>

namespace llm_proxy::upstream {

/// An open connection to an origin, in use or kept.
struct connection {
    connection() = default;

    std::shared_ptr<tls_origin> tls; // outlives the stream, which hands it sessions
    std::unique_ptr<net::byte_stream> stream;
};

} // namespace llm_proxy::upstream
