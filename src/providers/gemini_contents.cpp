#include "llm_proxy/providers/gemini_contents.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_blocks.hpp"
#include "llm_proxy/providers/gemini_tool_calls.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace llm_proxy::providers {

namespace {

enum class turn : std::uint8_t { none, user, model, tools };

document text_part(std::string_view text) {
    return {{"text", text}};
}

/// `message[2].content[1]`, as LiteLLM names places.
std::string place(std::size_t message, std::size_t block) {
    return "message[" + std::to_string(message) + "].content[" + std::to_string(block) + "]";
}

class conversation_writer {
public:
    conversation_writer(const gemini_model& model, gemini_media& media, conversation_cut* cut)
        : media_(media), calls_(model, media), cut_(cut) {}

    result<void> add(const document& message, std::size_t index);
    void finish(document& body);

private:
    void begin(turn next);
    void close();
    void cut_at(std::size_t blocks);
    result<void> add_system(const document& message);
    result<void> add_user(const document& message);
    result<void> add_assistant(const document& message);
    result<void> add_assistant_text(const document& message);
    result<void> add_assistant_images(const document& message);

    gemini_media& media_;
    gemini_tool_calls calls_;
    document system_ = document::array();
    document contents_ = document::array();
    document parts_ = document::array(); // of the turn that is open
    turn turn_ = turn::none;
    std::size_t message_ = 0;
    conversation_cut* cut_; // null: there is none
};

void conversation_writer::begin(turn next) {
    if (turn_ != next) {
        close();
        turn_ = next;
    }
}

void conversation_writer::close() {
    if (parts_.empty()) {
        return;
    }
    const auto is_text = [](const document& part) { return part.contains("text"); };
    if (turn_ == turn::user && std::none_of(parts_.begin(), parts_.end(), is_text)) {
        parts_.push_back(text_part(" ")); // Gemini refuses media without a text
    }
    contents_.push_back({{"role", turn_ == turn::model ? "model" : "user"},
                         {"parts", std::exchange(parts_, document::array())}});
}

void conversation_writer::cut_at(std::size_t blocks) {
    if (cut_ != nullptr && cut_->message == message_ && cut_->blocks == blocks) {
        close();
        cut_->turns = contents_.size();
    }
}

result<void> conversation_writer::add_system(const document& message) {
    const document* content = member_of(message, "content");
    std::string text(text_of(message, "content"));
    if (content != nullptr && content->is_array()) {
        for (const document& block : *content) {
            text += text_of(block, "text");
        }
    } else if (content != nullptr && !content->is_string()) {
        return bad_request("The content of a system message must be a string or a list.");
    }
    if (!text.empty()) {
        system_.push_back(text_part(text));
    }
    return {};
}

result<void> conversation_writer::add_user(const document& message) {
    begin(turn::user);
    const document* content = member_of(message, "content");
    if (content == nullptr) {
        return {};
    }
    if (content->is_string()) {
        parts_.push_back({{"text", *content}});
        return {};
    }
    if (!content->is_array()) {
        return bad_request("The content of a user message must be a string or a list.");
    }
    std::size_t index = 0;
    for (const document& block : *content) {
        if (index > 0) {
            cut_at(index);
        }
        if (auto added = add_block(block, place(message_, index++), media_, parts_); !added) {
            return added;
        }
    }
    return {};
}

/// The first signature of the message's own, unless one of its calls carries it already.
std::string_view text_signature(const document& message) {
    const document* fields = member_of(message, "provider_specific_fields");
    const document* all = fields == nullptr ? nullptr : member_of(*fields, "thought_signatures");
    if (all == nullptr || !all->is_array() || all->empty() || !all->front().is_string()) {
        return {};
    }
    const std::string_view first = all->front().get_ref<const std::string&>();
    const auto carried = call_signatures(message);
    const bool is_carried = std::find(carried.begin(), carried.end(), first) != carried.end();
    return is_carried ? std::string_view() : first;
}

result<void> conversation_writer::add_assistant_text(const document& message) {
    const document* content = member_of(message, "content");
    if (content == nullptr) {
        return {};
    }
    if (content->is_array()) {
        for (const document& block : *content) {
            const std::string_view text = text_of(block, "text");
            if (text_of(block, "type") == "text" && !text.empty()) {
                parts_.push_back(text_part(text));
            }
        }
        return {};
    }
    if (!content->is_string()) {
        return bad_request("The content of an assistant message must be a string or a list.");
    }
    document part{{"text", *content}};
    const std::string_view signature = text_signature(message);
    if (!signature.empty()) {
        part["thoughtSignature"] = signature;
    }
    parts_.push_back(std::move(part));
    return {};
}

result<void> conversation_writer::add_assistant_images(const document& message) {
    const document* images = member_of(message, "images");
    if (images == nullptr || !images->is_array()) {
        return {};
    }
    for (const document& image : *images) {
        if (member_of(image, "image_url") == nullptr) {
            continue;
        }
        if (auto added = add_image(image, media_, parts_); !added) {
            return added;
        }
    }
    return {};
}

result<void> conversation_writer::add_assistant(const document& message) {
    begin(turn::model);
    if (const auto thoughts = text_of(message, "reasoning_content"); !thoughts.empty()) {
        parts_.push_back({{"thought", true}, {"text", thoughts}});
    }
    if (auto added = add_assistant_text(message); !added) {
        return added;
    }
    if (auto added = add_assistant_images(message); !added) {
        return added;
    }
    return calls_.add_calls(message, parts_);
}

result<void> conversation_writer::add(const document& message, std::size_t index) {
    message_ = index;
    cut_at(0);
    const std::string_view role = text_of(message, "role");
    if (role == "system" || role == "developer") {
        return add_system(message);
    }
    if (role == "user") {
        return add_user(message);
    }
    if (role == "assistant") {
        return add_assistant(message);
    }
    if (role == "tool" || role == "function") {
        begin(turn::tools);
        return calls_.add_result(message, parts_);
    }
    return bad_request("Invalid Message passed in - message[" + std::to_string(index) +
                       "] has no known role.");
}

void conversation_writer::finish(document& body) {
    close();
    if (contents_.empty()) { // Gemini wants one
        contents_.push_back({{"role", "user"},
                             {"parts", document::array({text_part(system_.empty() ? " " : ".")})}});
    }
    body["contents"] = std::move(contents_);
    if (!system_.empty()) {
        body["systemInstruction"] = {{"parts", std::move(system_)}};
    }
}

} // namespace

result<void> write_conversation(const document& messages, const gemini_model& model,
                                gemini_media& media, document& body, conversation_cut* cut) {
    if (!messages.is_array()) {
        return bad_request("'messages' must be a list.");
    }
    conversation_writer writer(model, media, cut);
    std::size_t index = 0;
    for (const document& message : messages) {
        if (auto added = writer.add(message, index++); !added) {
            return added;
        }
    }
    writer.finish(body);
    return {};
}

} // namespace llm_proxy::providers
