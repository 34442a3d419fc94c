#pragma once

#include "llm_proxy/providers/openai_compatible.hpp"

namespace llm_proxy::providers {

/// OpenRouter: OpenAI's dialect with prompt caching, costs and its own errors.
class openrouter final : public openai_compatible {
public:
    openrouter();

    std::vector<limits::lesson> lessons(const quota_refusal& answer) const override {
        return openrouter_lessons(answer);
    }

protected:
    /// Asks for the cost, writes the effort `max` as `xhigh`, gives a client's `reasoning_content`
    /// back as `reasoning`, and puts `cache_control` where the model's maker reads it; for other
    /// makers it is taken out.
    void adjust(const inbound_call& call, json::splice& body) const override;

    /// By status, 402, 403, 413, 500 and 502 being plain API errors as in LiteLLM; but prompts that
    /// are too long are told apart, so that clients can shorten them.
    verdict judge(const upstream_answer& answer, const upstream_text& said) const override;
};

} // namespace llm_proxy::providers
