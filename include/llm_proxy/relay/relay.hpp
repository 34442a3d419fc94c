#pragma once

#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/relay/answer_writer.hpp"
#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/util/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::relay {

/// How a relayed answer ended.
struct relayed {
    /// Set if the client has to be told: nothing was sent to it yet.
    std::optional<error> failure;
    /// For the log, also where the client was told inside its stream.
    std::string detail;
};

/// Everything a relay works with; all of it outlives the relay.
struct relay_call {
    model::request_context& context;
    upstream::exchange& answer;
    answer_writer& client;
    net::interruptor& interrupts;
};

/// Relays a successful answer of the upstream: a stream event by event, JSON whole with the model's
/// name replaced, anything else as it comes.
net::task<relayed> relay_answer(relay_call& call);

/// Reads a whole body of at most `limit` bytes. False if it is longer.
net::task<upstream::outcome> read_whole(upstream::exchange& answer, std::size_t limit,
                                        std::string& out);

/// The header lines of an answer made from an upstream's: LiteLLM's own and the provider's.
std::string answer_lines(const model::request_context& context, const http::response_head* head,
                         std::string_view content_type);

/// The provider's own headers as a client gets them: all under `llm_provider-`, its rate limits and
/// `retry-after` also under their own names.
void append_provider_lines(const http::response_head& head, std::string& out);

/// The error for an exchange that failed without an answer.
error exchange_error(const upstream::outcome& outcome, const model::request_context& context,
                     net::interruptor& interrupts);

} // namespace llm_proxy::relay
