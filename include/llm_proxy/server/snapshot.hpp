#pragma once

#include "llm_proxy/auth/authenticator.hpp"
#include "llm_proxy/config/config.hpp"
#include "llm_proxy/model/catalogue.hpp"

#include <memory>

namespace llm_proxy::server {

/// One configuration in force: built whole, never changed, swapped whole. Requests keep the one
/// they began with.
struct snapshot {
    snapshot(std::shared_ptr<const config::settings> loaded, model::deployment_list deployments)
        : settings(std::move(loaded)),
          models(std::move(deployments), settings->router.model_group_alias),
          auth(settings->general) {}

    std::shared_ptr<const config::settings> settings;
    model::catalogue models;
    auth::authenticator auth;
};

} // namespace llm_proxy::server
