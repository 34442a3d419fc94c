#pragma once

#include "llm_proxy/providers/openai_compatible.hpp"

namespace llm_proxy::providers {

/// LM Studio: OpenAI's dialect with a time to live of its models, thoughts within the text and
/// errors that are plain strings.
class lm_studio final : public openai_compatible {
public:
    lm_studio();

protected:
    /// Passes `ttl` on, and puts the schema of a `response_format` where LM Studio reads it.
    void adjust(const inbound_call& call, json::splice& body) const override;
    /// As for OpenAI, but knows LM Studio's words for a prompt that is too long.
    verdict judge(const upstream_answer& answer, const upstream_text& said) const override;
};

} // namespace llm_proxy::providers
