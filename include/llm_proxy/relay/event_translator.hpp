#pragma once

#include "llm_proxy/dialects/client_dialect.hpp"
#include "llm_proxy/http/sse.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/providers/answer_edit.hpp"
#include "llm_proxy/providers/translation.hpp"
#include "llm_proxy/relay/counted_usage.hpp"
#include "llm_proxy/relay/json_lines.hpp"
#include "llm_proxy/relay/messages_usage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// What ends an OpenAI stream of chat or text completions.
inline constexpr std::string_view done_mark = "[DONE]";
inline constexpr std::string_view done_event = "data: [DONE]\n\n";

/// Passes a provider's stream on as OpenAI chunks, event by event: the model's name becomes the
/// client's, the usage is read and hidden from a client that did not ask for it, comments vanish,
/// an error is caught. What is in OpenAI's dialect is not re-encoded; other dialects go through
/// their translation first. I/O-free.
class event_translator {
public:
    struct options {
        /// The client's model name as a JSON string.
        std::string model_json;
        bool show_usage = false;
        /// The dialect ends its streams with `[DONE]` (chat and text completions do).
        bool ends_with_done = true;
        /// Makes OpenAI's chunks of the upstream's events; null where they are such already. Not
        /// owned.
        providers::translation* answers = nullptr;
        /// Changes some members of the chunks; null where all stay. Not owned.
        providers::answer_edit* edits = nullptr;
        /// The call, if it is to be priced. Not owned.
        const model::request_context* priced = nullptr;
        /// Gathers what is said, where no usage may come; null where one surely does. Not owned.
        answer_text* said = nullptr;
        /// The stream is one of the Responses API, which passes event by event and gets a `[DONE]`.
        bool responses = false;
        /// Makes the client's events of the chunks; null where it takes them as they are. Not
        /// owned.
        dialects::client_dialect* dialect = nullptr;
        /// The stream is one of Anthropic's Messages API, which passes event by event.
        bool messages = false;
        /// The client asked for the usage: if none comes, the end is held back for our count.
        bool usage_owed = false;
    };
    explicit event_translator(options chosen);

    /// Takes body bytes and appends what the client gets for every event that is complete.
    void feed(std::string_view bytes, std::string& out);
    /// The upstream's body ended.
    void finish(std::string& out);
    /// Takes chunks that are whole already, in place of `feed` and `finish`.
    void replay(const std::vector<std::string>& chunks, std::string& out);

    /// The stream is complete: nothing may follow but what `settle` gives.
    bool done() const { return done_; }
    /// `[DONE]` is held back for `settle`.
    bool owes_usage() const { return owes_usage_; }
    /// Appends the usage, if it could be counted, and `[DONE]`, once.
    void settle(const counted_usage* counted, std::string& out);
    /// The upstream broke off, by an error event, by an event that is no JSON, or by its end
    /// without a finish; `failure_text()` is the error body or empty. Nothing was appended for it.
    bool failed() const { return failed_; }
    const std::string& failure_text() const { return failure_text_; }
    /// The failure as the provider's translation tells it, if it does.
    const std::optional<error>& failure() const { return failure_; }
    /// An event was passed on.
    bool any() const { return any_; }
    /// An event was passed on that says more than that an answer begins.
    bool has_content() const { return has_content_; }
    /// How many were, of the Responses API.
    std::int64_t told() const { return told_; }
    const std::optional<model::usage>& usage() const { return usage_; }
    const std::optional<model::call_cost>& cost() const { return cost_; }
    /// What came of the usage where something was missing.
    const known_usage& partial_usage() const { return partial_usage_; }

private:
    bool next(http::sse_event& event);
    void take(const http::sse_event& event, std::string& out);
    void note_message();
    void take_translated(const result<void>& translated, std::string& out);
    void end(std::string& out);
    void complete(std::string& out);
    void close(std::string& out);
    void write(std::string_view chunk, std::string& out);
    void gather(std::string_view data);
    void take_chunk(std::string_view data, std::string& out);
    void pass_on(const json::splice& edited, std::string& out);
    void take_response(const http::sse_event& event, std::string& out);
    void price_response(std::string_view response);
    bool edit_usage(std::string_view data, const json::member& item, json::splice& edited);
    bool take_usage(std::string_view data, const json::member& item);
    void show_cost(json::splice& edited) const;
    void fail(std::string_view text);

    options options_;
    bool line_framing_ = false;
    http::sse_parser parser_;
    json_lines lines_;
    std::vector<std::string> chunks_; // of one event of a translated stream
    std::optional<error> failure_;
    std::vector<json::member> members_;
    messages_usage messages_usage_;
    std::optional<model::usage> usage_;
    std::optional<model::call_cost> cost_;
    bool cites_pages_ = false;
    known_usage partial_usage_;
    std::string usage_head_; // the members that a usage chunk begins with
    std::string failure_text_;
    bool finish_seen_ = false;
    bool done_ = false;
    bool owes_usage_ = false;
    bool failed_ = false;
    bool any_ = false;
    bool has_content_ = false;
    std::int64_t told_ = 0;
};

/// Reads the `usage` object of an answer; nothing if it is none.
std::optional<model::usage> read_usage(std::string_view object);

} // namespace llm_proxy::relay
