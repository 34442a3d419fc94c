#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/providers/context_keeper.hpp"
#include "llm_proxy/server/request.hpp"

#include <chrono>
#include <string>

namespace llm_proxy::server {

/// How long nothing is tried for a context that could not be had, or is being made by another call.
inline constexpr std::chrono::seconds context_rest{60};

/// The provider's name for what the plan wants kept: as it is remembered under `key`, or found in
/// the provider's list, or made now. Empty if it cannot be had, which is logged: then the call goes
/// without.
///
/// To be called by the coroutine of `interrupts`, whose deadline bounds it all.
net::task<std::string> have_context_kept(services& shared, net::interruptor& interrupts,
                                         const model::deployment& target,
                                         const providers::context_plan& plan,
                                         const std::string& key);

} // namespace llm_proxy::server
