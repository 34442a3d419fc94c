#include "llm_proxy/dialects/messages_content.hpp"

#include "llm_proxy/dialects/messages_media.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::member_of;
using providers::text_of;

class chat_writer {
public:
    explicit chat_writer(const messages_model& model) : model_(model) {}

    result<void> add_system(const document& content, const std::string& place);
    result<void> add_message(const document& message, const std::string& place);
    document take() { return std::move(messages_); }

private:
    result<void> add_user(const document& content, const std::string& place);
    void add_user_block(const document& block, document& results, document& parts) const;
    result<void> add_assistant(const document& content, const std::string& place);
    document text_part(const document& block) const;
    document tool_result(const document& block) const;
    document tool_call(const document& block) const;
    /// Puts a block's `cache_control` to the last of the parts that came of it.
    void mark(const document& block, document& part) const;

    const messages_model& model_;
    document messages_ = document::array();
};

error wrong_content(const std::string& place) {
    return bad_request(place + " must be a string or a list of content blocks.");
}

result<void> check_blocks(const document& content, const std::string& place) {
    if (!content.is_array()) {
        return wrong_content(place);
    }
    std::size_t index = 0;
    for (const document& block : content) {
        if (!block.is_object()) {
            return bad_request(place + "." + std::to_string(index) + " must be an object.");
        }
        ++index;
    }
    return {};
}

bool is_empty_text(const document& block) {
    return text_of(block, "type") == "text" && trim(text_of(block, "text")).empty();
}

void chat_writer::mark(const document& block, document& part) const {
    const document* given = member_of(block, "cache_control");
    if (given != nullptr && model_.reads_cache_control()) {
        part["cache_control"] = *given;
    }
}

document chat_writer::text_part(const document& block) const {
    document part{{"type", "text"}, {"text", text_of(block, "text")}};
    mark(block, part);
    return part;
}

result<void> chat_writer::add_system(const document& content, const std::string& place) {
    if (content.is_string()) {
        if (!content.get_ref<const std::string&>().empty()) {
            messages_.push_back({{"role", "system"}, {"content", content}});
        }
        return {};
    }
    if (auto fits = check_blocks(content, place); !fits) {
        return fits;
    }
    document parts = document::array();
    for (const document& block : content) {
        if (text_of(block, "type") == "text" && !is_empty_text(block)) {
            parts.push_back(text_part(block));
        }
    }
    if (!parts.empty()) {
        messages_.push_back({{"role", "system"}, {"content", std::move(parts)}});
    }
    return {};
}

result<void> chat_writer::add_message(const document& message, const std::string& place) {
    const std::string_view role = text_of(message, "role");
    const document* content = member_of(message, "content");
    if (content == nullptr) {
        return wrong_content(place + ".content");
    }
    if (role == "system") { // between the others, as newer clients send it
        return add_system(*content, place + ".content");
    }
    if (role == "user") {
        return add_user(*content, place + ".content");
    }
    if (role == "assistant") {
        return add_assistant(*content, place + ".content");
    }
    return bad_request(place + ".role must be 'user' or 'assistant'.");
}

document chat_writer::tool_result(const document& block) const {
    document message{{"role", "tool"},
                     {"tool_call_id", chat_call_id(text_of(block, "tool_use_id"), model_)},
                     {"content", text_of(block, "content")}};
    const document* content = member_of(block, "content");
    if (content != nullptr && content->is_array()) {
        document parts = document::array();
        for (const document& inner : *content) {
            if (inner.is_string() || text_of(inner, "type") == "text") {
                const document text = inner.is_string() ? inner : document(text_of(inner, "text"));
                parts.push_back({{"type", "text"}, {"text", text}});
            } else {
                add_messages_media(inner, parts);
            }
        }
        const bool is_text = parts.size() == 1 && parts.front().contains("text");
        if (is_text) {
            message["content"] = std::move(parts.front()["text"]);
        } else if (!parts.empty()) {
            message["content"] = std::move(parts);
        }
    }
    mark(block, message);
    return message;
}

void chat_writer::add_user_block(const document& block, document& results, document& parts) const {
    const std::string_view type = text_of(block, "type");
    const std::size_t before = parts.size();
    if (type == "text" && !is_empty_text(block)) {
        parts.push_back(text_part(block));
    } else if (type == "tool_result") {
        results.push_back(tool_result(block));
    } else if (add_messages_media(block, parts) && parts.size() > before) {
        mark(block, parts.back());
    }
}

result<void> chat_writer::add_user(const document& content, const std::string& place) {
    if (content.is_string()) {
        messages_.push_back({{"role", "user"}, {"content", content}});
        return {};
    }
    if (auto fits = check_blocks(content, place); !fits) {
        return fits;
    }
    document results = document::array();
    document parts = document::array();
    for (const document& block : content) {
        add_user_block(block, results, parts);
    }
    messages_.insert(messages_.end(), results.begin(), results.end());
    if (!parts.empty()) {
        messages_.push_back({{"role", "user"}, {"content", std::move(parts)}});
    }
    return {};
}

document chat_writer::tool_call(const document& block) const {
    const document* input = member_of(block, "input");
    document function{{"name", chat_tool_name(text_of(block, "name"))},
                      {"arguments", input == nullptr ? "{}" : dump_json(*input)}};
    const document* fields = member_of(block, "provider_specific_fields");
    if (fields != nullptr && model_.is_gemini && !text_of(*fields, "signature").empty()) {
        function["provider_specific_fields"] = {
            {"thought_signature", text_of(*fields, "signature")}};
    }
    document call{{"id", chat_call_id(text_of(block, "id"), model_)},
                  {"type", "function"},
                  {"function", std::move(function)}};
    mark(block, call);
    return call;
}

/// What the blocks of an assistant's message say.
struct said_blocks {
    std::string text;
    document texts = document::array();
    bool marked = false;
    document calls = document::array();
    document thoughts = document::array();
    std::string reasoning;
    bool signed_thoughts = false;
};

void add_thought(const document& block, said_blocks& said) {
    const std::string_view thinking = text_of(block, "thinking");
    if (!thinking.empty()) {
        said.reasoning.append(said.reasoning.empty() ? "" : "\n").append(thinking);
    }
    const bool is_signed = !text_of(block, "signature").empty() || !text_of(block, "data").empty();
    if (is_signed || !thinking.empty()) {
        said.thoughts.push_back(block);
    }
    said.signed_thoughts = said.signed_thoughts || is_signed;
}

document assistant_message(said_blocks said, const messages_model& model) {
    document message{{"role", "assistant"}, {"content", nullptr}};
    if (said.marked) {
        message["content"] = std::move(said.texts);
    } else if (!said.texts.empty()) {
        message["content"] = std::move(said.text);
    }
    if (!said.calls.empty()) {
        message["tool_calls"] = std::move(said.calls);
    }
    if (said.signed_thoughts && model.is_claude) {
        message["thinking_blocks"] = std::move(said.thoughts);
    }
    if (!said.reasoning.empty()) {
        message["reasoning_content"] = std::move(said.reasoning);
    }
    return message;
}

result<void> chat_writer::add_assistant(const document& content, const std::string& place) {
    if (content.is_string()) {
        messages_.push_back({{"role", "assistant"}, {"content", content}});
        return {};
    }
    if (auto fits = check_blocks(content, place); !fits) {
        return fits;
    }
    said_blocks said;
    for (const document& block : content) {
        const std::string_view type = text_of(block, "type");
        if (type == "text" && !is_empty_text(block)) {
            said.text += text_of(block, "text");
            said.texts.push_back(text_part(block));
            said.marked = said.marked || said.texts.back().contains("cache_control");
        } else if (type == "tool_use") {
            said.calls.push_back(tool_call(block));
        } else if (type == "thinking" || type == "redacted_thinking") {
            add_thought(block, said);
        }
    }
    if (!said.texts.empty() || !said.calls.empty() || !said.thoughts.empty()) {
        messages_.push_back(assistant_message(std::move(said), model_));
    }
    return {};
}

} // namespace

result<document> chat_messages(const document& request, const messages_model& model) {
    const document* messages = member_of(request, "messages");
    if (messages == nullptr || !messages->is_array()) {
        return bad_request("messages must be a list.");
    }
    if (messages->empty()) {
        return bad_request("messages must not be empty.");
    }
    chat_writer writer(model);
    if (const document* system = member_of(request, "system")) {
        if (auto added = writer.add_system(*system, "system"); !added) {
            return added.error();
        }
    }
    std::size_t index = 0;
    for (const document& message : *messages) {
        if (auto added = writer.add_message(message, "messages." + std::to_string(index)); !added) {
            return added.error();
        }
        ++index;
    }
    return writer.take();
}

} // namespace llm_proxy::dialects
