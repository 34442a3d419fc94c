#pragma once

#include "llm_proxy/upstream/endpoint.hpp"

namespace llm_proxy::net {
using upstream::base_url;
using upstream::endpoint;
using upstream::parse_base_url;
} // namespace llm_proxy::net
