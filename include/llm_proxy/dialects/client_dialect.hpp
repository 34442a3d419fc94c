#pragma once

#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace llm_proxy::dialects {

/// What a dialect needs to know of a call beside its body.
struct dialect_options {
    /// When the call began, in seconds since the epoch.
    std::int64_t created = 0;
    /// For ids that the upstream does not give; null takes the kernel's randomness.
    random_source* random = nullptr;
    /// The upstream's name for the model, by which a dialect knows what that takes.
    std::string_view model = {};
};

/// One call of a client that speaks something else than OpenAI's chat: its request is made into a
/// chat, and the chat's answer, whole or streamed, into what the client reads. It remembers of the
/// request what the answer must repeat, and of one chunk what the next needs. I/O-free; used by one
/// thread. What it holds is bounded by the size of the request and by 64 MiB of an answer.
///
/// The chats are OpenAI's, complete: the relay has put the client's name of the model in them, and
/// usage comes wherever it can be had.
class client_dialect {
public:
    virtual ~client_dialect() = default;

    /// The chat request for the client's, a JSON object by a `scan` with default limits. Called
    /// first and once. Members that the dialect does not know pass as they are; a stream asks for
    /// its usage. What has no place in a chat is a bad request.
    virtual result<std::string> request(std::string_view body) = 0;

    /// The answer for a whole chat completion. An error says for the log why it is none.
    virtual result<std::string> answer(std::string_view completion) = 0;

    /// A stream begins: once more, if an earlier try broke off before an event of it was sent.
    virtual void begin() {}

    /// Appends the events, framed, for one chunk of a chat's stream: at least one for the first
    /// chunk. The usage comes last, in a chunk with `choices: []` or with the last choice. On an
    /// error nothing more may come but `fail`.
    virtual result<void> chunk(std::string_view chunk, std::string& out) = 0;

    /// The chat is complete: appends the events that are owed.
    virtual void finish(std::string& out) = 0;

    /// The chat broke off after an event was sent: appends what tells the client.
    virtual void fail(const error& failure, std::string& out) = 0;
};

/// The dialect of a client's call; null for types that go upstream as they are.
std::unique_ptr<client_dialect> make_dialect(model::call_type type, const dialect_options& options);

} // namespace llm_proxy::dialects
