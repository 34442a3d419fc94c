#pragma once

#include "llm_proxy/providers/openai_compatible.hpp"

namespace llm_proxy::providers {

/// GitHub Models, retired on 30 July 2026: configurations that still name it are told so. Both of
/// its hosts are known: `models.github.ai/inference`, and Azure's, which took model names without
/// their publisher.
class github_models final : public openai_compatible {
public:
    github_models();

    std::vector<limits::lesson> lessons(const quota_refusal& answer) const override {
        return github_lessons(answer);
    }

    /// Chat and text completions; it had no more, as far as LiteLLM goes.
    result<void> translate(const inbound_call& call, const model::deployment& target,
                           outbound_call& out) const override;
    error classify(const upstream_answer& answer, const call_names& names) const override;
    std::string model_list_request(const model::deployment&, const model::access*) const override {
        return {};
    }

protected:
    std::string complete_base(std::string base) const override;
};

} // namespace llm_proxy::providers
