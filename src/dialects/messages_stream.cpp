#include "llm_proxy/dialects/messages_stream.hpp"

#include "llm_proxy/dialects/messages_answer.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::member_of;
using providers::text_of;
namespace wire = providers::wire;

/// More calls than a model makes in one answer; each takes some memory.
constexpr std::size_t most_calls = 1024;

/// Begins an event; its data's further members follow, then `end_event`.
void begin_event(std::string_view name, std::string& out) {
    out.append("event: ").append(name).append("\ndata: {\"type\":\"").append(name).append("\"");
}

void end_event(std::string& out) {
    out.append("}\n\n");
}

} // namespace

void messages_stream::start(const document& chunk, std::string& out) {
    started_ = true;
    const document message{{"id", id_},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"content", document::array()},
                           {"model", text_of(chunk, "model")},
                           {"stop_reason", nullptr},
                           {"stop_sequence", nullptr},
                           // What it really is comes with the end.
                           {"usage",
                            {{"input_tokens", 0},
                             {"output_tokens", 0},
                             {"cache_creation_input_tokens", 0},
                             {"cache_read_input_tokens", 0}}}};
    begin_event("message_start", out);
    out.append(R"(,"message":)").append(dump_json(message));
    end_event(out);
}

void messages_stream::open(block type, const document& start, std::string& out) {
    close(out);
    open_ = type;
    ++index_;
    begin_event("content_block_start", out);
    out.append(R"(,"index":)").append(std::to_string(index_));
    out.append(R"(,"content_block":)").append(dump_json(start));
    end_event(out);
}

void messages_stream::close(std::string& out) {
    if (open_ != block::none) {
        begin_event("content_block_stop", out);
        out.append(R"(,"index":)").append(std::to_string(index_));
        end_event(out);
    }
    open_ = block::none;
}

void messages_stream::begin_delta(std::string_view type, std::string& out) {
    begin_event("content_block_delta", out);
    out.append(R"(,"index":)").append(std::to_string(index_));
    out.append(R"(,"delta":{"type":")").append(type).append("\"");
}

void messages_stream::delta(std::string_view type, std::string_view name, std::string_view text,
                            std::string& out) {
    begin_delta(type, out);
    json::append_key(out, name);
    json::append_string(out, text);
    out.append("}");
    end_event(out);
}

void messages_stream::say(std::string_view text, std::string& out) {
    if (text.empty()) {
        return;
    }
    if (open_ != block::text) {
        open(block::text, {{"type", "text"}, {"text", ""}}, out);
    }
    delta("text_delta", "text", text, out);
}

void messages_stream::think(const document& said, std::string& out) {
    std::string text;
    std::string signature;
    for (const document& thought : wire::list(said, "thinking_blocks")) {
        text += text_of(thought, "thinking");
        signature += text_of(thought, "signature");
    }
    if (text.empty()) {
        text = providers::first_text_of(said, {"reasoning_content", "reasoning"});
    }
    if (text.empty() && signature.empty()) {
        return;
    }
    if (open_ != block::thinking) {
        open(block::thinking, {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}}, out);
    }
    if (!text.empty()) {
        delta("thinking_delta", "thinking", text, out);
    }
    if (!signature.empty()) {
        delta("signature_delta", "signature", signature, out);
    }
}

void messages_stream::cite(const document& said, std::string& out) {
    for (const document& annotation : wire::list(said, "annotations")) {
        const document citation = messages_citation(annotation);
        if (open_ == block::text && !citation.is_null()) {
            begin_delta("citations_delta", out);
            out.append(R"(,"citation":)").append(dump_json(citation)).append("}");
            end_event(out);
        }
    }
}

result<void> messages_stream::call(const document& call, std::string& out) {
    // Some providers number all calls 0, and some repeat the id with every piece.
    const std::string_view id = text_of(call, "id");
    const bool numbered = member_of(call, "index") != nullptr;
    const std::int64_t number = numbered ? wire::count(call, "index") : call_;
    const bool renamed = !id.empty() && id != call_id_;
    const std::string_view arguments = text_of(wire::member(call, "function"), "arguments");
    if (renamed || call_ < 0 || (number != call_ && !calls_.contains(number))) {
        if (calls_.size() >= most_calls) {
            return error(502, "internal_server_error", "The model calls too many tools at once.");
        }
        call_ = number < 0 ? 0 : number;
        call_id_ = id;
        calls_.insert(call_);
        open(block::tool, tool_use_block(call, names_), out);
    } else if (arguments.empty()) {
        return {};
    } else if (number != call_ || open_ != block::tool) {
        return error(502, "internal_server_error",
                     "The arguments of several tool calls come mixed, which the Messages API "
                     "cannot tell.");
    }
    if (!arguments.empty()) {
        delta("input_json_delta", "partial_json", arguments, out);
    }
    return {};
}

result<void> messages_stream::chunk(const document& chunk, std::string& out) {
    if (!started_) {
        start(chunk, out);
    }
    if (const document& usage = wire::member(chunk, "usage"); usage.is_object()) {
        usage_ = dump_json(messages_usage(&usage));
    }
    const document& choices = wire::list(chunk, "choices");
    if (choices.empty() || wire::count(choices.front(), "index") != 0) {
        return {};
    }
    const document& choice = choices.front();
    const document& said = wire::member(choice, "delta");
    think(said, out);
    say(text_of(said, "content"), out);
    if (const std::string_view refusal = text_of(said, "refusal"); !refusal.empty()) {
        refusal_ += refusal;
        say(refusal, out);
    }
    cite(said, out);
    for (const document& one : wire::list(said, "tool_calls")) {
        if (auto told = call(one, out); !told) {
            return told;
        }
    }
    if (const std::string_view finish = text_of(choice, "finish_reason"); !finish.empty()) {
        finish_reason_ = finish;
    }
    return {};
}

void messages_stream::finish(std::string& out) {
    if (index_ < 0) { // clients expect a block
        open(block::text, {{"type", "text"}, {"text", ""}}, out);
    }
    close(out);
    std::string_view reason = messages_stop_reason(finish_reason_);
    if (!refusal_.empty() && reason != "max_tokens") {
        reason = "refusal";
    }
    document delta{{"stop_reason", reason}};
    if (reason == "refusal") {
        delta["stop_details"] = refusal_details(refusal_);
    }
    begin_event("message_delta", out);
    out.append(R"(,"delta":)").append(dump_json(delta));
    out.append(R"(,"usage":)");
    out.append(usage_.empty() ? dump_json(messages_usage(nullptr)) : usage_);
    end_event(out);
    begin_event("message_stop", out);
    end_event(out);
}

void append_messages_error(const error& failure, std::string& out) {
    out.append("event: error\ndata: ").append(messages_error_json(failure)).append("\n\n");
}

} // namespace llm_proxy::dialects
