#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

struct fixed_header {
    std::string_view name;
    std::string_view value;
    /// Environment variable that overrides the value; empty if none.
    std::string_view variable;
};

enum class key_rule : std::uint8_t {
    required, ///< a call without a key is refused before it leaves
    optional, ///< no key, no header
    dummy,    ///< without a key a placeholder is sent, as local servers expect
};

/// A parameter of OpenAI's that a provider has under another name.
struct other_name {
    std::string_view openai;
    std::string_view provider;
};

/// Of providers that limit an answer with all its thoughts by the older name.
inline constexpr std::array older_limit{other_name{"max_completion_tokens", "max_tokens"}};

/// What tells one provider of OpenAI's dialect from another; a row of the registry.
struct dialect {
    std::string_view prefix;
    std::string_view exception_name;
    /// Empty: the deployment must have an `api_base` (or the variable), as prompts for a model at
    /// home must never leave for a public host.
    std::string_view default_base = {};
    std::array<std::string_view, 2> base_variables = {};
    std::array<std::string_view, 2> key_variables = {};
    key_rule key = key_rule::required;
    std::span<const fixed_header> headers = {};
    /// Upstream error bodies are shown whole rather than their `error.message` (as LiteLLM).
    bool raw_error_body = false;
    /// Azure: the deployment in the path, `api-version` in the query, the key as `api-key`.
    bool azure = false;
    /// Serves OpenAI's Responses API.
    bool responses = false;
    /// Knows the `developer` role.
    bool developer_role = false;
    reasoning_form reasoning = reasoning_form::as_sent;
    std::span<const other_name> other_names = {};
    /// Of a server at home: its name, for people.
    std::string_view server = {};
};

/// The adapter for all providers that speak OpenAI's dialect; one with rules of its own derives.
class openai_compatible : public adapter {
public:
    explicit openai_compatible(const dialect& traits) : dialect_(traits) {}

    std::string_view prefix() const override { return dialect_.prefix; }
    std::string_view exception_name() const override { return dialect_.exception_name; }
    std::string_view server_name() const override { return dialect_.server; }
    bool prepare(const config::model_entry& entry, const config::settings& settings,
                 const variable_lookup& variable, model::deployment& out,
                 config::problems& found) const override;
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    bool streams_forms() const override { return true; }
    /// The Responses API where the provider has it, and the Messages API where the deployment says
    /// so.
    bool serves(model::call_type type, const model::deployment& target,
                std::string_view upstream_model) const override;
    error classify(const upstream_answer& answer, const call_names& names) const override;
    std::string model_list_request(const model::deployment& target,
                                   const model::access*) const override;
    std::vector<std::string> read_model_list(std::string_view body) const override;

protected:
    /// The base to call where `base`, without a slash at its end, was given.
    virtual std::string complete_base(std::string base) const { return base; }
    /// The provider's own rules for a JSON body that is otherwise ready but for its `model`.
    virtual void adjust(const inbound_call& call, json::splice& body) const;
    /// The class of a failure.
    virtual verdict judge(const upstream_answer& answer, const upstream_text& said) const;
    /// Puts the edited JSON body into `out.edited` and its pieces behind those of `out`.
    result<void> edit_body(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const;

private:
    const dialect& dialect_;
};

} // namespace llm_proxy::providers
