#include "llm_proxy/providers/messages_call.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/gemini_signature.hpp"

#include <algorithm>
#include <string>

namespace llm_proxy::providers {

namespace {

constexpr std::string_view signature_fields = "provider_specific_fields";

/// A string's JSON ends before the signature, which holds nothing that would be escaped.
void unsign(json::splice& block, std::string_view name) {
    const std::string_view id = block.value(name);
    const std::size_t at = id.find(signature_separator);
    if (id.starts_with('"') && at != id.npos) {
        block.replace(name, std::string(id.substr(0, at)) + "\"");
    }
}

void clean_block(json::splice& block) {
    block.remove(signature_fields);
    unsign(block, "id");
    unsign(block, "tool_use_id");
}

class messages_edit final : public answer_edit {
public:
    explicit messages_edit(std::string_view requested_model)
        : model_(json::quoted(requested_model)) {}

    void whole(json::splice&) override {} // its model is the relay's

    void chunk(json::splice& event) override {
        event.within("message",
                     [this](json::splice& message) { message.replace("model", model_); });
    }

private:
    std::string model_;
};

} // namespace

bool declares_messages(const model::deployment& target) {
    const auto& members = target.info.echoed;
    return std::any_of(members.begin(), members.end(), [](const auto& member) {
        return member.name == "supported_endpoints" &&
               member.json.find(R"("/v1/messages")") != std::string::npos;
    });
}

void clean_messages(json::splice& body) {
    const std::string_view messages = body.value("messages");
    if (messages.find(signature_fields) == messages.npos &&
        messages.find(signature_separator) == messages.npos) {
        return;
    }
    body.within("messages", [](json::splice& message) { message.within("content", clean_block); });
}

std::unique_ptr<answer_edit> make_messages_edit(std::string_view requested_model) {
    return std::make_unique<messages_edit>(requested_model);
}

} // namespace llm_proxy::providers
