#pragma once

#include "llm_proxy/model/deployment.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::model {

/// Deployments that share a `model_name`.
struct model_group {
    std::string name;
    deployment_list deployments; // in file order
    bool wildcard = false;       // the name holds a `*`
};

/// What a requested name leads to.
struct match {
    const model_group* group = nullptr;
    /// Set when the name is one deployment's id: only that one serves.
    const deployment* only = nullptr;
    /// What `*` of a wildcard group stood for.
    std::string_view wildcard_part;
};

/// All model groups of one configuration. Immutable.
class catalogue {
public:
    catalogue() = default;
    catalogue(deployment_list deployments, std::vector<config::model_alias> aliases);

    /// Looks a name up: group name, alias, deployment id, the deployment's own `provider/model`,
    /// then the most specific wildcard. Case-sensitive, as LiteLLM. `name` must outlive the match.
    std::optional<match> find(std::string_view name) const;

    const std::vector<model_group>& groups() const { return groups_; }
    const std::vector<config::model_alias>& aliases() const { return aliases_; }
    const deployment_list& deployments() const { return deployments_; }

private:
    std::optional<match> find_exact(std::string_view name) const;

    deployment_list deployments_;
    std::vector<model_group> groups_;
    std::vector<config::model_alias> aliases_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
    std::map<std::string, std::pair<std::size_t, const deployment*>, std::less<>> by_id_;
    std::map<std::string, std::size_t, std::less<>> by_model_;
    std::vector<std::size_t> wildcards_; // most specific first
};

/// The deployment's upstream model with the wildcard filled in.
std::string resolve_upstream_model(const deployment& target, std::string_view wildcard_part);

/// The reverse: under which name a wildcard deployment serves its provider's `upstream_model`;
/// nothing if it does not, or is none.
std::optional<std::string> public_name(const deployment& of, std::string_view upstream_model);

} // namespace llm_proxy::model
