#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/providers/adapter.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// The value of the first variable that is set and not empty; empty names are skipped.
std::optional<std::string> first_set(std::span<const std::string_view> names,
                                     const variable_lookup& variable);

/// Headers of an upstream request, later ones replacing earlier ones of the same name.
class header_set {
public:
    void set(std::string name, std::string value);
    /// The deployment's `extra_headers`, which win over all set before.
    void add_extra(const config::litellm_params& params);
    /// Host and the headers as complete lines.
    std::string lines(const model::endpoint& origin) const;

private:
    config::header_list list_;
};

/// Tells a fault of one key of `litellm_params`.
void add_problem(config::problems& found, const config::model_entry& entry,
                 const config::mark& where, std::string_view key, std::string text,
                 std::string hint);

} // namespace llm_proxy::providers
