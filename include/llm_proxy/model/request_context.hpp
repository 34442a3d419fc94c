#pragma once

#include "llm_proxy/model/call_cost.hpp"
#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/model/deployment.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace llm_proxy::model {

/// Tokens of one call.
struct usage {
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    std::int64_t total_tokens = 0;
    /// By us, in whole or in part, since the upstream did not say.
    bool counted = false;
};

/// Parameters of a call that bear on its price; empty or 0 where it does not say.
struct priced_parameters {
    std::string service_tier;
    std::string search_context_size; // of `web_search_options`
    std::string quality;             // of images
    std::string size;                // such as `1024x1024`
    std::int64_t characters = 0;     // of a text that is spoken

    friend bool operator==(const priced_parameters&, const priced_parameters&) = default;
};

/// Everything known of one call: the only per-request record.
struct request_context {
    std::string call_id; // UUID, or the client's own x-litellm-call-id
    call_type type = call_type::chat_completion;
    /// As the client wrote it; after a fallback, the group that it led to.
    std::string requested_model;
    bool stream = false;
    /// The client asked to see the usage of its stream.
    bool show_usage = false;

    /// Seconds since the epoch: `created` of answers that we make.
    std::int64_t created = 0;
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point upstream_started;
    /// When the upstream's head had come.
    std::chrono::steady_clock::time_point upstream_answered;
    /// When a stream brought its first content; none before.
    std::chrono::steady_clock::time_point first_content;

    std::shared_ptr<const deployment> target;
    /// The target's name for the model, with what a wildcard stood for.
    std::string upstream_model;
    /// Seconds: the whole call, and the longest silence of a stream.
    double timeout = 6000;
    double stream_timeout = 6000;
    int retries = 0; // in the group that serves
    int fallbacks = 0;
    /// What the answer says of the limits there, as complete lines; empty if there are none.
    std::string limit_lines;
    std::optional<model::usage> tokens;
    /// Only where the target has prices.
    std::optional<priced_parameters> priced;
    /// Nothing while it is not known, and for calls without a price.
    std::optional<call_cost> cost;
};

} // namespace llm_proxy::model
