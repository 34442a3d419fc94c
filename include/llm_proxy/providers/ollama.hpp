#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/ollama_parameters.hpp"

namespace llm_proxy::providers {

/// Ollama's own API: `ollama_chat/` calls `/api/chat`, `ollama/` calls `/api/generate`, and both
/// call `/api/embed`. (Its OpenAI dialect is `openai/` with a base that ends in `/v1`.)
class ollama final : public adapter {
public:
    /// `route` is the one for chats and text completions.
    explicit ollama(ollama_route route) : route_(route) {}

    std::string_view prefix() const override;
    std::string_view exception_name() const override;
    std::string_view server_name() const override { return "Ollama"; }
    std::string model_list_request(const model::deployment& target,
                                   const model::access*) const override;
    std::vector<std::string> read_model_list(std::string_view body) const override;
    bool prepare(const config::model_entry& entry, const config::settings& settings,
                 const variable_lookup& variable, model::deployment& out,
                 config::problems& found) const override;
    bool inlines_files() const override { return true; }
    std::vector<std::string> remote_files(const inbound_call& call) const override;
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    error classify(const upstream_answer& answer, const call_names& names) const override;

private:
    ollama_route route_;
};

} // namespace llm_proxy::providers
