#pragma once

#include "llm_proxy/http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llm_proxy::http {

// What the parsers demand of a head beyond its grammar. A check returns what is wrong, or null.

/// The fields that decide about framing and connection, noted while they pass by.
struct decisive_fields {
    std::string_view content_length;
    std::string_view transfer_encoding;
    std::string_view host;
    std::string_view expect;
    std::size_t content_lengths = 0;
    std::size_t transfer_encodings = 0;
    std::size_t hosts = 0;
    std::size_t expects = 0;
    bool close = false;
    bool keep_alive = false;
};

/// Takes the options out of one Connection field.
void note_connection(decisive_fields& seen, std::string_view value);

/// Whether the connection may serve another exchange (RFC 9112, 9.3).
bool wants_keep_alive(const decisive_fields& seen, int version);

/// How the body is delimited, if there is one (RFC 9112, 6.3, and stricter): whatever another
/// server could understand differently is refused.
const char* read_framing(const decisive_fields& seen, int version, body_kind& kind,
                         std::uint64_t& length);

/// At most 32 bytes, and no tunnels.
const char* check_method(std::string_view method);

/// A path and query, or `*` for OPTIONS: the forms meant for proxies have no meaning here.
const char* check_target(std::string_view method, std::string_view target);

/// Exactly one in HTTP/1.1, at most one in HTTP/1.0.
const char* check_host(const decisive_fields& seen, int version);

} // namespace llm_proxy::http
