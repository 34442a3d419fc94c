#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <string_view>

namespace llm_proxy::providers {

/// What becomes of a form's field that LiteLLM takes for a parameter of a transcription.
enum class field_use : std::uint8_t {
    passed_on,
    dropped, ///< the provider does not take it, and `drop_params` says so
    refused, ///< the same without `drop_params`
};

/// By the tables of LiteLLM's `get_optional_params_transcription`, of the deployment's provider.
field_use use_of_field(std::string_view name, const model::deployment& target,
                       model::call_type type);

/// LiteLLM's refusal of such a field.
error refused_field(std::string_view name, const model::deployment& target, std::string_view group);

/// Refuses a form, all of whose parts are there, that has a field that is refused.
result<void> check_fields(const inbound_call& call, const model::deployment& target);

} // namespace llm_proxy::providers
