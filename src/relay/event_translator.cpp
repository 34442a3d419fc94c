#include "llm_proxy/relay/event_translator.hpp"

#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/relay/answer_cost.hpp"
#include "llm_proxy/relay/chunk_content.hpp"
#include "llm_proxy/util/strings.hpp"

namespace llm_proxy::relay {

namespace {

/// Whether some choice has a `finish_reason` that is not null. Inside a JSON string the closing
/// quote of the name would be escaped, so a plain search cannot be fooled by content.
bool has_finish(std::string_view data) {
    constexpr std::string_view key = "\"finish_reason\"";
    for (std::size_t at = data.find(key); at != std::string_view::npos; at = data.find(key, at)) {
        at = data.find_first_not_of(" \t\r\n:", at + key.size());
        if (at != std::string_view::npos && data[at] == '"') {
            return true;
        }
    }
    return false;
}

model::usage usage_of(const known_usage& known) {
    model::usage out;
    out.prompt_tokens = known.prompt_tokens.value_or(0);
    out.completion_tokens = known.completion_tokens.value_or(0);
    out.total_tokens = known.total_tokens.value_or(0);
    return out;
}

} // namespace

std::optional<model::usage> read_usage(std::string_view object) {
    if (!object.starts_with('{')) {
        return std::nullopt;
    }
    return usage_of(read_known_usage(object));
}

event_translator::event_translator(options chosen)
    : options_(std::move(chosen)),
      line_framing_(options_.answers != nullptr &&
                    options_.answers->framing() == providers::stream_framing::json_lines) {}

void event_translator::feed(std::string_view bytes, std::string& out) {
    if (line_framing_) {
        lines_.feed(bytes);
    } else {
        parser_.feed(bytes);
    }
    http::sse_event event;
    while (!done_ && !failed_ && next(event)) {
        if (options_.answers != nullptr) {
            chunks_.clear();
            take_translated(options_.answers->event(event.data, chunks_), out);
        } else if (options_.responses) {
            take_response(event, out);
        } else {
            take(event, out);
        }
    }
    if (parser_.failed() || lines_.failed()) {
        fail("an event of the stream is too long");
    }
}

bool event_translator::next(http::sse_event& event) {
    return line_framing_ ? lines_.next(event.data) : parser_.next(event);
}

void event_translator::finish(std::string& out) {
    if (done_ || failed_) {
        return;
    }
    parser_.finish();
    lines_.finish();
    feed({}, out);
    if (options_.answers != nullptr && !failed_) {
        chunks_.clear();
        take_translated(options_.answers->finish(chunks_), out);
    }
    end(out);
}

void event_translator::replay(const std::vector<std::string>& chunks, std::string& out) {
    for (const std::string& chunk : chunks) {
        take_chunk(chunk, out);
    }
    end(out);
}

void event_translator::take_translated(const result<void>& translated, std::string& out) {
    for (const std::string& chunk : chunks_) {
        take_chunk(chunk, out);
    }
    if (!translated && !failed_) {
        failed_ = true;
        failure_ = translated.error();
    }
}

/// Nothing more comes from the upstream.
void event_translator::end(std::string& out) {
    if (options_.messages && !done_ && !failed_) {
        fail(any_ ? "the stream ended before its end" : "");
    }
    if (done_ || failed_ || (!options_.ends_with_done && !options_.responses)) {
        return;
    }
    if (!finish_seen_) {
        fail(any_ ? "the stream ended before its end" : "");
        return;
    }
    complete(out);
}

void event_translator::complete(std::string& out) {
    done_ = true;
    owes_usage_ = options_.usage_owed && !usage_;
    if (!owes_usage_) {
        close(out);
    }
}

void event_translator::close(std::string& out) {
    if (options_.dialect != nullptr) {
        options_.dialect->finish(out);
    } else {
        out.append(done_event);
    }
}

/// Gives a dialect's client one chunk.
void event_translator::write(std::string_view chunk, std::string& out) {
    if (const auto told = options_.dialect->chunk(chunk, out); !told) {
        failed_ = true;
        failure_ = told.error();
    }
}

void event_translator::settle(const counted_usage* counted, std::string& out) {
    if (counted != nullptr) {
        std::string chunk = "{" + usage_head_;
        json::append_key(chunk, "model");
        chunk.append(options_.model_json).append(R"(,"choices":[],"usage":)");
        chunk.append(usage_json(*counted, model::call_type::chat_completion)).append("}");
        if (options_.dialect != nullptr) {
            write(chunk, out);
        } else {
            out.append("data: ").append(chunk).append("\n\n");
        }
    }
    close(out);
    owes_usage_ = false;
}

/// Keeps of a chunk what is needed should no usage come.
void event_translator::gather(std::string_view data) {
    if (const auto* choices = json::find(data, members_, "choices");
        choices != nullptr && choices->type == json::kind::array) {
        options_.said->add(json::value_of(data, *choices));
    }
    if (!usage_head_.empty()) {
        return;
    }
    for (const std::string_view name : {"id", "object", "created"}) {
        if (const auto* item = json::find(data, members_, name);
            item != nullptr && item->value_end - item->value_begin < 1024) {
            json::append_key(usage_head_, name);
            usage_head_.append(json::value_of(data, *item));
        }
    }
}

void event_translator::take(const http::sse_event& event, std::string& out) {
    if (event.data.empty()) {
        return;
    }
    if (options_.ends_with_done && event.data == done_mark) {
        complete(out);
        any_ = true;
    } else if (event.name == "error") {
        fail(event.data);
    } else {
        if (!event.name.empty() && !options_.ends_with_done) {
            out.append("event: ").append(event.name).append("\n");
        }
        take_chunk(event.data, out);
        if (options_.messages && !failed_) {
            messages_usage_.take(event.data, members_);
            note_message();
        }
    }
}

/// Reads the usage out of what was gathered of a Messages stream, and its end.
void event_translator::note_message() {
    done_ = messages_usage_.ended();
    if (done_ || !messages_usage_.known()) {
        return;
    }
    const std::string& answer = messages_usage_.answer();
    std::vector<json::member> members;
    json::scan_valid(answer, members);
    if (const auto* item = json::find(answer, members, "usage")) {
        usage_ = read_messages_usage(json::value_of(answer, *item));
    }
    if (options_.priced != nullptr) {
        cost_ = cost_of_answer(*options_.priced, answer, members, false);
    }
}

void event_translator::take_chunk(std::string_view data, std::string& out) {
    members_.clear();
    const auto root = json::scan(data, members_);
    if (!root || *root != json::kind::object) {
        fail(data);
        return;
    }
    const auto* failure = json::find(data, members_, "error");
    if (failure != nullptr &&
        (failure->type == json::kind::object || failure->type == json::kind::string)) {
        fail(data);
        return;
    }
    finish_seen_ = finish_seen_ || has_finish(data);
    if (options_.priced != nullptr && !cites_pages_) {
        cites_pages_ = cites_pages(data);
    }
    if (options_.said != nullptr) {
        gather(data);
    }
    json::splice edited(data, members_);
    edited.replace("model", options_.model_json);
    if (options_.edits != nullptr) {
        options_.edits->chunk(edited);
    }
    if (const auto* item = json::find(data, members_, "usage");
        item != nullptr && !edit_usage(data, *item, edited)) {
        return;
    }
    any_ = true;
    has_content_ = has_content_ || !options_.ends_with_done || !only_opens(data, members_);
    pass_on(edited, out);
}

void event_translator::pass_on(const json::splice& edited, std::string& out) {
    if (options_.dialect != nullptr) {
        write(edited.str(), out);
        return;
    }
    out.append("data: ");
    for (const std::string_view piece : edited.pieces()) {
        out.append(piece);
    }
    out.append("\n\n");
}

/// Takes the usage and shows it to those who asked; false if the chunk holds nothing else that they
/// may see.
bool event_translator::edit_usage(std::string_view data, const json::member& item,
                                  json::splice& edited) {
    const bool counted = take_usage(data, item);
    const bool incomplete = counted && !usage_;
    if (options_.ends_with_done && (!options_.show_usage || incomplete)) {
        if (counted && only_usage(data, members_)) {
            return false;
        }
        edited.remove("usage");
    } else if (counted && options_.show_usage) {
        show_cost(edited);
    }
    return true;
}

bool event_translator::take_usage(std::string_view data, const json::member& item) {
    if (item.type != json::kind::object) {
        return false;
    }
    const known_usage known = read_known_usage(json::value_of(data, item));
    if (options_.said != nullptr && options_.answers != nullptr) {
        partial_usage_ = known;
        if (!known.prompt_tokens || !known.completion_tokens) {
            return true;
        }
    }
    usage_ = usage_of(known);
    if (options_.priced != nullptr) {
        cost_ = cost_of_answer(*options_.priced, data, members_, cites_pages_);
    }
    return true;
}

/// As LiteLLM: in the usage, if the call costs something and the provider did not say so itself.
void event_translator::show_cost(json::splice& edited) const {
    if (cost_ && cost_->total() > 0) {
        edited.within("usage", [this](json::splice& usage) {
            usage.set_default("cost", config::python_float(cost_->total()));
        });
    }
}

void event_translator::fail(std::string_view text) {
    failed_ = true;
    failure_text_ = text;
}

} // namespace llm_proxy::relay
