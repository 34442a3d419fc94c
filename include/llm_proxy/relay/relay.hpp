#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/providers/answer_edit.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/relay/answer_writer.hpp"
#include "llm_proxy/relay/counted_usage.hpp"
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

/// What it takes to count tokens that the upstream does not tell.
struct token_counting {
    /// The client's body, which is taken when it comes to that; null: nothing is counted.
    std::string* request = nullptr;
    /// The upstream's name for the model.
    std::string_view model;
    /// The client asked for the usage of its stream.
    bool owed = false;
    /// Null: they are counted in place.
    net::background* thread = nullptr;
};

/// Everything a relay works with; all of it outlives the relay.
struct relay_call {
    model::request_context& context;
    upstream::exchange& answer;
    answer_writer& client;
    net::interruptor& interrupts;
    /// Turns the answer into OpenAI's dialect; null where it is in that already.
    providers::translation* answers = nullptr;
    /// Changes some members of an answer in OpenAI's dialect; null where all stay.
    providers::answer_edit* edits = nullptr;
    token_counting counting = {};
    /// The client's body, let go when a stream to the client begins: nothing can be tried again
    /// then. Null where it is still needed.
    std::string* spent = nullptr;
    /// Where speech is encoded; null: in place.
    net::background* encoding = nullptr;
    /// What the client speaks, if not what the call was made in; null else.
    dialects::client_dialect* dialect = nullptr;
};

/// Counts what was said in answer to the call's request; nothing if it must not or cannot be done.
net::task<std::optional<counted_usage>> count_usage(const relay_call& call, answer_text answer,
                                                    const known_usage& known);

/// Relays a successful answer of the upstream: a stream event by event, JSON whole with the model's
/// name replaced, anything else as it comes.
net::task<relayed> relay_answer(relay_call& call);

/// Appends what of a body of at most `limit` bytes has come already; how the reading ended, or
/// nothing if more must be waited for.
std::optional<upstream::outcome> take_ready(upstream::exchange& answer, std::size_t limit,
                                            std::string& out);

/// Reads a whole body of at most `limit` bytes; a longer one is a failure.
net::task<upstream::outcome> read_whole(upstream::exchange& answer, std::size_t limit,
                                        std::string& out);

/// Appends the header lines of an answer: LiteLLM's own, and those of the upstream's head if there
/// is one.
void append_answer_lines(const model::request_context& context, const http::response_head* head,
                         std::string_view content_type, std::string& out);

/// The same for a stream of events.
void append_stream_lines(const model::request_context& context, const http::response_head* head,
                         std::string& out);

/// The provider's own headers as a client gets them: all under `llm_provider-`, its rate limits and
/// `retry-after` also under their own names; instead of its rate limits, those of ours if there are
/// any.
void append_provider_lines(const http::response_head& head, std::string_view limit_lines,
                           std::string& out);

/// The error for an exchange that failed without an answer.
error exchange_error(const upstream::outcome& outcome, const model::request_context& context,
                     net::interruptor& interrupts);

} // namespace llm_proxy::relay
