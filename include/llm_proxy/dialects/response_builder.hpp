#pragma once

#include "llm_proxy/dialects/response_events.hpp"
#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::dialects {

/// Makes a response of a chat, piece by piece: the items of its output in the order in which the
/// chat tells them, and the events of a stream on the way.
///
/// Thoughts and texts are items one after another; calls of tools stay open side by side until the
/// chat ends, as chats may tell them in turns. Only a chat's first choice counts.
class response_builder {
public:
    /// `echo`: what the response repeats of the request. The random source outlives the builder;
    /// null takes the kernel's.
    response_builder(const document& echo, custom_tools free_text, std::int64_t created,
                     random_source* random);

    response_events& events() { return events_; }

    /// Takes a chunk, or a whole completion. An error where the answer outgrows its bound.
    result<void> take(const document& chat);
    /// The chat has ended: closes what is open and tells the end.
    void finish();
    /// The chat broke off.
    void fail(const error& failure);

    const document& response() const { return *response_; }

private:
    struct call_state {
        std::size_t position = 0; // in the output
        std::string arguments;
        bool free_text = false;
    };

    void begin(const document& chat);
    result<void> add_choice(const document& choice);
    result<void> count(std::size_t bytes);
    void add_thoughts(std::string_view text);
    void add_part(std::string_view type, std::string_view text);
    void add_annotations(const document& list);
    result<void> add_call(const document& call, std::int64_t index);
    call_state& open_call(const document& call, std::int64_t index);
    void add_image(const document& image);
    void open_message();
    void open_part(std::string_view type);
    void close_part();
    void close_open(std::string_view status = "completed");
    void close_call(call_state& call, std::string_view status);
    std::size_t push_item(document item);
    document& item_at(std::size_t position);
    std::string made_id(const char* prefix) const;

    response_events events_;
    std::unique_ptr<document> response_;
    custom_tools free_text_;
    random_source* random_;
    /// The thoughts or the message that is being told, by its place in the output.
    std::optional<std::size_t> open_;
    std::string text_; // of its last part
    bool part_open_ = false;
    std::map<std::int64_t, call_state> calls_; // by their index in the chat
    std::string finish_reason_;
    std::size_t held_ = 0;
    bool begun_ = false;
};

} // namespace llm_proxy::dialects
