#pragma once

#include "llm_proxy/dialects/messages_names.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace llm_proxy::dialects {

/// Makes of a chat's chunks the events of a Messages stream, framed
/// (docs.anthropic.com/en/docs/build-with-claude/streaming): one message with one block after the
/// other. I/O-free.
class messages_stream {
public:
    /// `id` becomes the message's; `names` must outlive this.
    messages_stream(std::string id, const tool_name_map& names)
        : id_(std::move(id)), names_(names) {}

    /// One chunk. An error where arguments come for a call whose block is closed: they would be
    /// lost.
    result<void> chunk(const document& chunk, std::string& out);
    /// The chat is complete: appends the end of the block and of the message.
    void finish(std::string& out);

private:
    enum class block : std::uint8_t { none, text, thinking, tool };

    void start(const document& chunk, std::string& out);
    void open(block type, const document& start, std::string& out);
    void close(std::string& out);
    /// Appends a delta whose text is the member `name`.
    void delta(std::string_view type, std::string_view name, std::string_view text,
               std::string& out);
    void begin_delta(std::string_view type, std::string& out);
    void say(std::string_view text, std::string& out);
    void think(const document& said, std::string& out);
    void cite(const document& said, std::string& out);
    result<void> call(const document& call, std::string& out);

    std::string id_;
    const tool_name_map& names_;
    bool started_ = false;
    block open_ = block::none;
    std::int64_t index_ = -1; // of the block that is or was open last
    // The call whose block was open last, and those before.
    std::int64_t call_ = -1;
    std::string call_id_;
    std::set<std::int64_t> calls_;
    std::string finish_reason_;
    std::string refusal_;
    std::string usage_; // as JSON
};

/// An error as the last event of a stream.
void append_messages_error(const error& failure, std::string& out);

} // namespace llm_proxy::dialects
