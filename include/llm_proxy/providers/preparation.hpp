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

/// The deployment's own key, else the first of `variables` that is set; empty if there is none.
secret configured_key(const config::litellm_params& params,
                      std::span<const std::string_view> variables, const variable_lookup& variable);

/// Headers of an upstream request, later ones replacing earlier ones of the same name.
class header_set {
public:
    /// Begins with those that every provider gets.
    header_set();

    void set(std::string name, std::string value);
    /// The deployment's `extra_headers`, which win over all set before.
    void add_extra(const config::litellm_params& params);
    /// The headers as complete lines.
    std::string lines() const;
    /// The same behind Host.
    std::string lines(const model::endpoint& origin) const;

private:
    config::header_list list_;
};

/// Tells a fault of one key of `litellm_params`.
void add_problem(config::problems& found, const config::model_entry& entry,
                 const config::mark& where, std::string_view key, std::string text,
                 std::string hint);

/// Takes `base` as the address of `out`; false, with a problem that ends in `hint`, if it is none.
bool use_base(const std::string& base, const config::model_entry& entry,
              const config::settings& settings, std::string hint, model::deployment& out,
              config::problems& found);

/// Warns where a deployment has an `api_version` that its provider does not use.
void warn_of_api_version(const config::model_entry& entry, config::problems& found);

/// Ends `out.head`, whose request line and own headers stand, for the JSON in `out.body`.
void finish_json_call(outbound_call& out);

} // namespace llm_proxy::providers
