#pragma once

#include "llm_proxy/providers/adapter.hpp"

namespace llm_proxy::providers {

/// Google's Gemini API (AI Studio) in its own dialect: `models/{model}:generateContent` and its
/// siblings, with the key in `x-goog-api-key` (ai.google.dev/api).
class gemini final : public adapter {
public:
    std::string_view prefix() const override { return "gemini"; }
    std::string_view exception_name() const override { return "GeminiException"; }
    bool prepare(const config::model_entry& entry, const config::settings& settings,
                 const variable_lookup& variable, model::deployment& out,
                 config::problems& found) const override;
    bool inlines_files() const override { return true; }
    std::vector<std::string> remote_files(const inbound_call& call) const override;
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    error classify(const upstream_answer& answer, const call_names& names) const override;
    std::string model_list_request(const model::deployment& target,
                                   const model::access*) const override;
    /// Models that generate or embed (ai.google.dev/api/models).
    std::vector<std::string> read_model_list(std::string_view body) const override;
};

} // namespace llm_proxy::providers
