#include "llm_proxy/providers/copilot_claude.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::providers {

namespace {

/// What the content blocks say, in a chat's terms.
struct chat_parts {
    std::string text;
    std::string reasoning;
    document thinking_blocks = document::array();
    document calls = document::array();
};

document call_of(const document& block) {
    const document* input = member_of(block, "input");
    document call{{"id", text_of(block, "id")}, {"type", "function"}};
    call["function"] = {{"name", text_of(block, "name")},
                        {"arguments", input == nullptr ? "{}" : dump_json(*input)}};
    return call;
}

chat_parts parts_of(const document* content) {
    chat_parts out;
    if (content == nullptr) {
        return out;
    }
    if (content->is_string()) {
        out.text = content->get<std::string>();
    }
    if (!content->is_array()) {
        return out;
    }
    for (const document& block : *content) {
        const std::string_view type = text_of(block, "type");
        if (type == "text") {
            out.text += text_of(block, "text");
        } else if (type == "tool_use") {
            out.calls.push_back(call_of(block));
        } else if (type == "thinking" || type == "redacted_thinking") {
            out.reasoning += text_of(block, "thinking");
            out.thinking_blocks.push_back(block);
        }
    }
    return out;
}

std::string_view finish_reason(std::string_view stop_reason, const chat_parts& said) {
    if (!said.calls.empty() || stop_reason == "tool_use") {
        return "tool_calls";
    }
    if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded") {
        return "length";
    }
    if (stop_reason == "refusal") {
        return "content_filter";
    }
    // Neither a reason nor a word: a probe with `max_tokens: 1`.
    return stop_reason.empty() && said.text.empty() ? "length" : "stop";
}

document message_of(chat_parts said) {
    document message{{"role", "assistant"}};
    const bool silent = said.text.empty() && !said.calls.empty();
    message["content"] = silent ? document() : document(std::move(said.text));
    if (!said.calls.empty()) {
        message["tool_calls"] = std::move(said.calls);
    }
    if (!said.reasoning.empty()) {
        message["reasoning_content"] = std::move(said.reasoning);
    }
    if (!said.thinking_blocks.empty()) {
        message["thinking_blocks"] = std::move(said.thinking_blocks);
    }
    return message;
}

/// Anthropic counts the cache's tokens apart from the prompt's, a chat among them.
document usage_of(const document& given) {
    const std::int64_t read = wire::count(given, "cache_read_input_tokens");
    const std::int64_t written = wire::count(given, "cache_creation_input_tokens");
    const std::int64_t prompt = wire::count(given, "input_tokens") + read + written;
    const std::int64_t completion = wire::count(given, "output_tokens");
    document out{{"prompt_tokens", prompt},
                 {"completion_tokens", completion},
                 {"total_tokens", prompt + completion}};
    if (read > 0 || written > 0) {
        out["prompt_tokens_details"] = {{"cached_tokens", read},
                                        {"cache_creation_tokens", written}};
        out["cache_read_input_tokens"] = read;
        out["cache_creation_input_tokens"] = written;
    }
    return out;
}

/// Whether a JSON object lacks a chat's `choices` and has a message's members instead.
bool is_anthropic(std::string_view bytes) {
    std::vector<json::member> members;
    const auto root = json::scan(bytes, members);
    if (!root || *root != json::kind::object) {
        return false;
    }
    const auto* choices = json::find(bytes, members, "choices");
    const bool chosen = choices != nullptr && choices->type == json::kind::array &&
                        json::value_of(bytes, *choices).find('{') != std::string_view::npos;
    return !chosen && (json::find(bytes, members, "stop_reason") != nullptr ||
                       json::find(bytes, members, "content") != nullptr);
}

class claude_translation final : public translation {
public:
    claude_translation(std::string requested_model, std::int64_t created)
        : requested_model_(std::move(requested_model)), created_(created) {}

    result<translated_body> body(const http::response_head&, std::string_view bytes) override {
        if (is_anthropic(bytes)) {
            if (const auto answer = parse_document(bytes)) {
                return translated_body{.bytes = dump_json(chat_of(*answer))};
            }
        }
        return translated_body{.bytes = std::string(bytes)};
    }

    /// Streams are a chat's already.
    result<void> event(std::string_view data, std::vector<std::string>& chunks) override {
        if (data != "[DONE]") {
            chunks.emplace_back(data);
        }
        return {};
    }

    result<void> finish(std::vector<std::string>&) override { return {}; }

private:
    document chat_of(const document& answer) const {
        chat_parts said = parts_of(member_of(answer, "content"));
        const std::string_view model = text_of(answer, "model");
        document choice{{"index", 0}};
        choice["finish_reason"] = finish_reason(text_of(answer, "stop_reason"), said);
        choice["message"] = message_of(std::move(said));
        document out{{"id", text_of(answer, "id")},
                     {"object", "chat.completion"},
                     {"created", created_},
                     {"model", model.empty() ? requested_model_ : std::string(model)}};
        out["choices"] = document::array({std::move(choice)});
        if (const document* usage = member_of(answer, "usage")) {
            out["usage"] = usage_of(*usage);
        }
        return out;
    }

    std::string requested_model_;
    std::int64_t created_;
};

} // namespace

std::unique_ptr<translation> make_copilot_claude_translation(std::string requested_model,
                                                             std::int64_t created) {
    return std::make_unique<claude_translation>(std::move(requested_model), created);
}

} // namespace llm_proxy::providers
