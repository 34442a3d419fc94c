#pragma once

#include "llm_proxy/audio/encoder.hpp"
#include "llm_proxy/http/head.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// How an upstream cuts its stream into events.
enum class stream_framing : std::uint8_t {
    server_sent_events,
    json_lines, // one JSON document a line, as Ollama sends them
};

/// Sound that is still to be encoded, which takes too long for an event loop.
struct sound_encoding {
    audio::format as = audio::format::mp3;
    std::uint32_t rate = 0; // samples a second
    std::uint32_t channels = 1;
};

/// A whole answer in OpenAI's dialect.
struct translated_body {
    std::string content_type = "application/json";
    std::string bytes;
    std::optional<sound_encoding> encoding = std::nullopt; // of `bytes`, as audio::pcm has them
    std::string usage = {}; // OpenAI's object, where `bytes` are no JSON and the upstream counted
};

/// Turns the successful answer of one try into OpenAI's dialect. It is made with the upstream
/// request and remembers what must be known from one event of a stream to the next. I/O-free; used
/// by one thread.
///
/// Errors are the client's, complete with status and text. What names the model may hold the
/// upstream's name: the relay puts the client's in its place.
class translation {
public:
    virtual ~translation() = default;

    virtual stream_framing framing() const { return stream_framing::server_sent_events; }

    /// A whole answer with status 2xx.
    virtual result<translated_body> body(const http::response_head& head,
                                         std::string_view bytes) = 0;

    /// The head of an answer that comes as a stream, before its first event.
    virtual void begin(const http::response_head&) {}

    /// One event's data: appends the OpenAI chunks it makes, each a JSON text. The usage comes as a
    /// chunk of its own with `choices: []`; the relay hides it from clients that did not ask.
    virtual result<void> event(std::string_view data, std::vector<std::string>& chunks) = 0;

    /// The upstream's stream ended: appends what is still owed, such as the finish chunks.
    /// `[DONE]` is the relay's.
    virtual result<void> finish(std::vector<std::string>& chunks) = 0;
};

} // namespace llm_proxy::providers
