#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/gemini_context.hpp"

namespace llm_proxy::providers {

/// Google's Gemini API (AI Studio) in its own dialect: `models/{model}:generateContent` and its
/// siblings, with the key in `x-goog-api-key` (ai.google.dev/api).
class gemini final : public adapter {
public:
    std::string_view prefix() const override { return "gemini"; }
    std::vector<limits::lesson> lessons(const quota_refusal& answer) const override {
        return gemini_lessons(answer);
    }
    /// ai.google.dev/gemini-api/docs/rate-limits: midnight Pacific time.
    std::string_view day_reset() const override { return "00:00 America/Los_Angeles"; }
    std::string_view exception_name() const override { return "GeminiException"; }
    bool prepare(const config::model_entry& entry, const config::settings& settings,
                 const variable_lookup& variable, model::deployment& out,
                 config::problems& found) const override;
    bool inlines_files() const override { return true; }
    std::vector<std::string> remote_files(const inbound_call& call) const override;
    const context_keeper* contexts() const override { return &contexts_; }
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    error classify(const upstream_answer& answer, const call_names& names) const override;
    std::string model_list_request(const model::deployment& target,
                                   const model::access*) const override;
    /// Models that generate or embed (ai.google.dev/api/models).
    std::vector<std::string> read_model_list(std::string_view body) const override;

private:
    gemini_context contexts_;
};

} // namespace llm_proxy::providers
