#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// The beginning of a conversation that its client wants the provider to keep.
struct context_plan {
    /// SHA-256 of all that is kept; the name that it is found by at the provider.
    std::string key;
    /// The request that has it kept.
    std::string head;
    std::string body;
    std::chrono::seconds life{};
    /// Its tokens are counted before it is sent: `messages` and `tools` of the client's. Null where
    /// only the provider can count them.
    std::shared_ptr<const document> prompt;
    std::int64_t least_tokens = 0;
};

/// What a provider keeps.
struct kept_context {
    std::string name; // for `inbound_call::context`
    std::optional<std::chrono::sys_seconds> expires;
};

/// One page of the list of what a provider keeps.
struct context_page {
    std::optional<kept_context> found;
    std::string next; // the token of the next page; empty: this is the last
};

/// The dialect in which a provider is asked to keep the beginning of conversations. I/O-free,
/// immutable, shared by all threads; answers that are none are read as empty ones.
class context_keeper {
public:
    virtual ~context_keeper() = default;

    /// What of the call is to be kept; nothing if its client marked nothing, or it is too short.
    virtual std::optional<context_plan> plan(const inbound_call& call,
                                             const model::deployment& target) const = 0;
    /// The request for a page of the list; an empty token is the first's.
    virtual std::string list_request(const model::deployment& target,
                                     std::string_view page) const = 0;
    virtual context_page read_page(std::string_view body, std::string_view key) const = 0;
    /// The answer to the plan's request.
    virtual std::optional<kept_context> read_kept(std::string_view body) const = 0;
    /// Whether a call was refused for the context that it referred to.
    virtual bool refuses_context(const upstream_answer& answer) const = 0;
};

} // namespace llm_proxy::providers
