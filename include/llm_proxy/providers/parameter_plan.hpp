#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/parameter_path.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// What of a call's body does not go upstream: the gateway's own members, and by LiteLLM's rules
/// (`drop_params` and its like) the parameters that the provider does not take.
struct parameter_plan {
    model::parameter_set removed = 0;
    std::vector<parameter_path> dropped;
    /// Some member of the body stays here.
    bool leaves_members_out = false;
    bool has_extra_body = false;
    /// `metadata` is the provider's, and not the gateway's.
    bool keeps_metadata = false;
    /// What the provider does not take is dropped rather than refused; known where it matters.
    bool drops_unsupported = false;
    model::reasoning_kind reasoning = model::reasoning_kind::none;

    /// Whether a member of the body, or a default of the deployment, stays here.
    bool leaves_out(std::string_view name) const;
    /// Whether `additional_drop_params` names the member, wherever it comes from.
    bool drops(std::string_view name) const;
};

/// Makes the plan of a call with a JSON body. Refused, in LiteLLM's words, where the client gives
/// parameters that the provider does not take and nothing says to drop them, where it would choose
/// the upstream's host, and where a list of names is none.
result<parameter_plan> plan_parameters(const inbound_call& call, const model::deployment& target);

/// The rules of a deployment whose provider, model and defaults stand in `out`. A name to drop that
/// is no path becomes a problem.
void prepare_parameter_rules(const config::model_entry& entry, const config::settings& settings,
                             model::deployment& out, config::problems& found);

} // namespace llm_proxy::providers
