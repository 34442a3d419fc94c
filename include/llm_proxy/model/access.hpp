#pragma once

#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/util/secret.hpp"

#include <memory>
#include <string>

namespace llm_proxy::model {

/// What a login gives for a while: a token, and where it is good. Immutable.
struct access {
    secret token;
    std::shared_ptr<const endpoint> origin;
    /// Path of the base URL, without a trailing slash.
    std::string base_path;
};

} // namespace llm_proxy::model
