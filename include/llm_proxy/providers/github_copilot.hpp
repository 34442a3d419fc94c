#pragma once

#include "llm_proxy/providers/openai_compatible.hpp"

namespace llm_proxy::providers {

/// GitHub Copilot: OpenAI's dialect behind a login, with the headers of an editor. Chats with
/// models that it serves on `/responses` alone are translated to there and back; others, and
/// embeddings, go out as the client wrote them but for little.
///
/// No public page tells the protocol. Headers, paths and error texts are those of the clients
/// that LiteLLM 1.106 and github.com/ericc-ch/copilot-api imitate.
class github_copilot final : public openai_compatible {
public:
    github_copilot();

    bool needs_login() const override { return true; }
    bool streams_forms() const override { return false; }
    /// The Responses API for the models that it serves by that alone, and the Messages API for the
    /// Claude models that it serves by that.
    bool serves(model::call_type type, const model::deployment& target,
                std::string_view upstream_model) const override;
    bool prepare(const config::model_entry& entry, const config::settings& settings,
                 const variable_lookup& variable, model::deployment& out,
                 config::problems& found) const override;
    /// Goes to the login's base unless the deployment has one of its own.
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    std::string model_list_request(const model::deployment& target,
                                   const model::access* access) const override;
    /// Models for chats and embeddings whose policy the user has not left disabled.
    std::vector<std::string> read_model_list(std::string_view body) const override;
    /// As for OpenAI's dialect, with what can be done about it.
    error classify(const upstream_answer& answer, const call_names& names) const override;

protected:
    verdict judge(const upstream_answer& answer, const upstream_text& said) const override;

private:
    result<void> translate_chat(const inbound_call& call, const model::deployment& target,
                                outbound_call& out) const;
    result<void> bridge_chat(const inbound_call& call, const model::deployment& target,
                             outbound_call& out) const;
    result<void> translate_message(const inbound_call& call, const model::deployment& target,
                                   outbound_call& out) const;
    result<void> translate_response(const inbound_call& call, const model::deployment& target,
                                    outbound_call& out) const;
    result<void> translate_embedding(const inbound_call& call, const model::deployment& target,
                                     outbound_call& out) const;
};

} // namespace llm_proxy::providers
