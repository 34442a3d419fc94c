#pragma once

#include "llm_proxy/login/github_requests.hpp"
#include "llm_proxy/login/reply.hpp"
#include "llm_proxy/upstream/client.hpp"

namespace llm_proxy::login {

/// Sends a request and reads its answer: within ten seconds and of 64 KiB at most, else it is a
/// fault. Takes the interruptor's deadline.
net::task<reply> fetch(upstream::pool& pool, github_request request, net::interruptor& interrupts);

} // namespace llm_proxy::login
