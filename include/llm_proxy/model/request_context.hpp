#pragma once

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

/// Everything known of one call: the only per-request record.
struct request_context {
    std::string call_id; // UUID, or the client's own x-litellm-call-id
    call_type type = call_type::chat_completion;
    std::string requested_model; // as the client wrote it
    bool stream = false;
    /// The client asked to see the usage of its stream.
    bool show_usage = false;

    /// Seconds since the epoch: `created` of answers that we make.
    std::int64_t created = 0;
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point upstream_started;
    /// When the upstream's head had come.
    std::chrono::steady_clock::time_point upstream_answered;

    std::shared_ptr<const deployment> target;
    /// Seconds: the whole call, and the longest silence of a stream.
    double timeout = 6000;
    double stream_timeout = 6000;
    int retries = 0;
    std::optional<model::usage> tokens;
};

} // namespace llm_proxy::model
