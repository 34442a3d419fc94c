#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/ollama_answer.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/providers/think_splitter.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::providers {

namespace {

/// Text that may be a call is held back to its end, but no more of it than this.
constexpr std::size_t most_held = 1024UL * 1024UL;

/// What Ollama counted; the relay completes what is missing.
document usage_of(const ollama_part& part) {
    document out = document::object();
    if (part.completion_tokens) {
        out["completion_tokens"] = *part.completion_tokens;
    }
    if (part.prompt_tokens) {
        out["prompt_tokens"] = *part.prompt_tokens;
    }
    if (part.prompt_tokens && part.completion_tokens) {
        out["total_tokens"] = *part.prompt_tokens + *part.completion_tokens;
    }
    return out;
}

std::string finish_of(const ollama_part& part, bool has_calls) {
    if (has_calls) {
        return "tool_calls";
    }
    return part.done_reason == "length" ? "length" : "stop";
}

/// Answers of `/api/chat` and `/api/generate`, whole or line by line, as chats or as texts.
class generation final : public translation {
public:
    explicit generation(ollama_answer_options chosen)
        : options_(std::move(chosen)),
          id_((options_.text_completion ? "cmpl-" : "chatcmpl-") + uuid4(options_.random)) {}

    stream_framing framing() const override { return stream_framing::json_lines; }
    result<translated_body> body(const http::response_head& head, std::string_view bytes) override;
    result<void> event(std::string_view data, std::vector<std::string>& chunks) override;
    result<void> finish(std::vector<std::string>& chunks) override;

private:
    document head(const char* object) const;
    document call_of(ollama_call&& call, std::size_t index);
    document message_of(ollama_part& part);
    void take_text(const ollama_part& part, std::vector<std::string>& chunks);
    void hold(std::string& content);
    void settle(std::vector<std::string>& chunks);
    void end(const ollama_part& part, std::vector<std::string>& chunks);
    void say(const char* member, std::string& text, std::vector<std::string>& chunks);
    void say_call(ollama_call&& call, std::vector<std::string>& chunks);
    void chunk(document delta, const char* finish, std::vector<std::string>& chunks);

    ollama_answer_options options_;
    std::string id_;
    think_splitter splitter_;
    std::string held_;
    /// What was said so far cannot be a call as text.
    bool plain_ = false;
    bool thinking_apart_ = false;
    bool role_told_ = false;
    bool any_ = false;
    bool done_ = false;
    std::size_t calls_ = 0;
};

document generation::head(const char* object) const {
    return {{"id", id_},
            {"object", object},
            {"created", options_.created},
            {"model", options_.requested_model}};
}

document generation::call_of(ollama_call&& call, std::size_t index) {
    if (call.id.empty()) {
        call.id = "call_" + uuid4(options_.random);
    }
    document function{{"name", std::move(call.name)}};
    function["arguments"] = std::move(call.arguments);
    document out{{"index", index}, {"id", std::move(call.id)}, {"type", "function"}};
    out["function"] = std::move(function);
    return out;
}

document generation::message_of(ollama_part& part) {
    document message{{"role", "assistant"}};
    const bool from_text = options_.calls_as_text && !part.calls.empty();
    message["content"] = from_text ? document() : document(std::move(part.text));
    if (!part.thinking.empty()) {
        message["reasoning_content"] = std::move(part.thinking);
    }
    for (ollama_call& call : part.calls) {
        document item = call_of(std::move(call), 0);
        item.erase("index"); // belongs into streams
        message["tool_calls"].push_back(std::move(item));
    }
    return message;
}

result<translated_body> generation::body(const http::response_head&, std::string_view bytes) {
    auto part = read_ollama_part(bytes, options_);
    if (!part) {
        return part.error();
    }
    if (part->thinking.empty()) {
        split_text split = split_thought(part->text);
        part->thinking = std::move(split.reasoning);
        part->text = std::move(split.content);
    }
    if (options_.calls_as_text) {
        if (ollama_call call = call_from_text(part->text); !call.name.empty()) {
            part->calls.push_back(std::move(call));
        }
    }
    document choice{{"finish_reason", finish_of(*part, !part->calls.empty())}, {"index", 0}};
    if (options_.text_completion) {
        choice["text"] = std::move(part->text);
        choice["logprobs"] = nullptr;
    } else {
        choice["message"] = message_of(*part);
    }
    document out = head(options_.text_completion ? "text_completion" : "chat.completion");
    out["choices"] = document::array({std::move(choice)});
    out["usage"] = usage_of(*part);
    return translated_body{.bytes = dump_json(out)};
}

result<void> generation::event(std::string_view data, std::vector<std::string>& chunks) {
    if (done_ || trim(data).empty()) {
        return {};
    }
    auto part = read_ollama_part(data, options_);
    if (!part) {
        return part.error();
    }
    any_ = true;
    take_text(*part, chunks);
    for (ollama_call& call : part->calls) {
        say_call(std::move(call), chunks);
    }
    if (part->done) {
        end(*part, chunks);
    }
    return {};
}

result<void> generation::finish(std::vector<std::string>&) {
    if (done_) {
        return {};
    }
    if (!any_) {
        return not_an_answer({}, options_);
    }
    return make_error({error_class::internal_server, false}, 500, options_.exception_name,
                      "the stream ended before its end", options_.requested_model);
}

/// Thoughts come apart from the text, or inside it between tags.
void generation::take_text(const ollama_part& part, std::vector<std::string>& chunks) {
    split_text said;
    if (!part.thinking.empty()) {
        thinking_apart_ = true;
        said.reasoning = part.thinking;
    }
    if (thinking_apart_) {
        splitter_.finish(said);
        said.content += part.text;
    } else {
        splitter_.feed(part.text, said);
    }
    say("reasoning_content", said.reasoning, chunks);
    hold(said.content);
    say("content", said.content, chunks);
}

/// Keeps the text back while it may become a call.
void generation::hold(std::string& content) {
    if (!options_.calls_as_text || plain_) {
        return;
    }
    held_ += content;
    content.clear();
    const std::string_view begun = trim(held_);
    if ((!begun.empty() && !begun.starts_with('{')) || held_.size() > most_held) {
        plain_ = true;
        content.swap(held_);
    }
}

/// The text ended: what was held back is a call or text after all.
void generation::settle(std::vector<std::string>& chunks) {
    split_text rest;
    splitter_.finish(rest);
    say("reasoning_content", rest.reasoning, chunks);
    hold(rest.content);
    if (!held_.empty()) {
        if (ollama_call call = call_from_text(held_); !call.name.empty()) {
            say_call(std::move(call), chunks);
        } else {
            rest.content = std::move(held_);
        }
        held_.clear();
    }
    say("content", rest.content, chunks);
}

void generation::end(const ollama_part& part, std::vector<std::string>& chunks) {
    settle(chunks);
    done_ = true;
    const std::string reason = finish_of(part, calls_ > 0);
    chunk(document::object(), reason.c_str(), chunks);
    document counted = head(options_.text_completion ? "text_completion" : "chat.completion.chunk");
    counted["choices"] = document::array();
    counted["usage"] = usage_of(part);
    chunks.push_back(dump_json(counted));
}

void generation::say(const char* member, std::string& text, std::vector<std::string>& chunks) {
    if (!text.empty()) {
        chunk(document{{member, std::move(text)}}, nullptr, chunks);
    }
}

void generation::say_call(ollama_call&& call, std::vector<std::string>& chunks) {
    document delta;
    delta["tool_calls"] = document::array({call_of(std::move(call), calls_)});
    ++calls_;
    chunk(std::move(delta), nullptr, chunks);
}

void generation::chunk(document delta, const char* finish, std::vector<std::string>& chunks) {
    document choice{{"index", 0}};
    if (options_.text_completion) {
        const bool speaks = delta.contains("content");
        if (!speaks && finish == nullptr) {
            return; // a text has no place for thoughts and calls
        }
        choice["text"] = speaks ? std::move(delta["content"]) : document("");
        choice["logprobs"] = nullptr;
    } else {
        if (!role_told_) {
            delta["role"] = "assistant";
        }
        role_told_ = true;
        choice["delta"] = std::move(delta);
    }
    choice["finish_reason"] = finish == nullptr ? document() : document(finish);
    document out = head(options_.text_completion ? "text_completion" : "chat.completion.chunk");
    out["choices"] = document::array({std::move(choice)});
    chunks.push_back(dump_json(out));
}

} // namespace

std::unique_ptr<translation> make_ollama_translation(ollama_answer_options options) {
    return std::make_unique<generation>(std::move(options));
}

} // namespace llm_proxy::providers
