#pragma once

#include "llm_proxy/model/call_type.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::model {

/// Some of OpenAI's parameters, a bit for each; `providers/supported_parameters` knows which.
using parameter_set = std::uint64_t;

/// How a model of OpenAI's reasons, which decides what values it takes.
enum class reasoning_kind : std::uint8_t {
    none, ///< not at all, or the provider copes with the values itself
    o_series,
    always,
    can_be_skipped,     ///< by the effort `none`
    skipped_by_default, ///< unless there is an effort
};

/// What becomes of the parameters of a deployment's calls.
struct parameter_rules {
    /// What the provider does not take of its model, by call type; nothing where the model is a
    /// wildcard.
    std::optional<std::array<parameter_set, call_type_count>> unsupported;
    /// Of a model that is no wildcard.
    reasoning_kind reasoning = reasoning_kind::none;
    /// Those among the deployment's defaults.
    parameter_set defaults = 0;
    /// `drop_params` of the deployment: a request's own wins.
    bool drop = false;
    /// `drop_params` of the settings, which no request can turn off; nothing if unset.
    std::optional<bool> drop_everywhere;
    /// `additional_drop_params` and `allowed_openai_params`: a request's own replace them.
    std::vector<std::string> dropped;
    std::vector<std::string> allowed;
};

} // namespace llm_proxy::model
