#pragma once

#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/upstream/forward_proxy.hpp"
#include "llm_proxy/upstream/resolver.hpp"

namespace llm_proxy::upstream {

/// The same as in client.hpp with another way to look names up.
std::unique_ptr<shared_services> make_shared_services(const variable_reader& variable,
                                                      resolver::lookup lookup);

} // namespace llm_proxy::upstream
