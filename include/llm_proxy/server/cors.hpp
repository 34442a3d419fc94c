#pragma once

#include "llm_proxy/http/head.hpp"
#include "llm_proxy/server/worker.hpp"

#include <string>

namespace llm_proxy::server {

/// Whether this is a browser's question before a request of another origin.
bool is_preflight(const http::request_head& head);

/// The lines for an answer to a request with an Origin; empty without one or if it is not allowed.
std::string cors_lines(const worker_options& options, const http::fields& headers);

/// The further lines of a preflight's answer.
std::string preflight_lines(const http::fields& headers);

} // namespace llm_proxy::server
