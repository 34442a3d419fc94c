#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/context_keeper.hpp"
#include "llm_proxy/providers/gemini_contents.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace llm_proxy::providers {

/// Explicit caching of Gemini's: `cachedContents` beside `models`
/// (ai.google.dev/api/caching#v1beta.cachedContents).
class gemini_context final : public context_keeper {
public:
    std::optional<context_plan> plan(const inbound_call& call,
                                     const model::deployment& target) const override;
    std::string list_request(const model::deployment& target, std::string_view page) const override;
    context_page read_page(std::string_view body, std::string_view key) const override;
    std::optional<kept_context> read_kept(std::string_view body) const override;
    bool refuses_context(const upstream_answer& answer) const override;
};

/// Where the first run of messages with `cache_control: {"type": "ephemeral"}` ends: behind the
/// last block or message that is marked, or before, as what is kept must end in the user's turn and
/// something must be left to be asked. Nothing without marks.
std::optional<conversation_cut> context_cut(const document& messages);

/// The first valid `ttl` of those marks (`300s`, `5m`, `1.5h`), in whole seconds and a day at the
/// most; else five minutes.
std::chrono::seconds context_life(const document& messages);

} // namespace llm_proxy::providers
