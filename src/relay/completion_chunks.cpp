#include "llm_proxy/relay/completion_chunks.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy::relay {

namespace {

/// A stream numbers its tool calls; a whole answer lists them in order.
void number_tool_calls(document& delta) {
    const auto calls = delta.find("tool_calls");
    if (calls == delta.end() || !calls->is_array()) {
        return;
    }
    std::size_t index = 0;
    for (document& call : *calls) {
        if (call.is_object()) {
            call.emplace("index", index++);
        }
    }
}

/// The choice without its `finish_reason`, `message` being a stream's `delta`; null if it says
/// nothing.
document opening_of(const document& choice) {
    document out = choice;
    const auto message = out.find("message");
    const bool is_chat = message != out.end() && message->is_object();
    if (!is_chat && !out.contains("text")) {
        return nullptr;
    }
    if (is_chat) {
        document delta = std::move(*message);
        number_tool_calls(delta);
        out.erase("message");
        out["delta"] = std::move(delta);
    }
    out["finish_reason"] = nullptr;
    return out;
}

document closing_of(const document& choice, const document& opening) {
    document out{{"index", choice.value("index", document(0))}};
    if (opening.contains("delta")) {
        out["delta"] = document::object();
    } else {
        out["text"] = "";
    }
    const auto reason = choice.find("finish_reason");
    const bool told = reason != choice.end() && reason->is_string();
    out["finish_reason"] = told ? *reason : document("stop");
    return out;
}

} // namespace

std::vector<std::string> completion_chunks(std::string_view completion) {
    document head = document::parse(completion, nullptr, false);
    if (!head.is_object() || !head.contains("choices") || !head["choices"].is_array()) {
        return {};
    }
    const document choices = std::move(head["choices"]);
    const document usage = head.value("usage", document());
    head.erase("usage");
    if (head.value("object", document()) == "chat.completion") {
        head["object"] = "chat.completion.chunk";
    }
    std::vector<std::string> out;
    const auto add = [&](document::array_t list) {
        head["choices"] = std::move(list);
        out.push_back(dump_json(head));
    };
    for (const document& choice : choices) {
        const document opening = choice.is_object() ? opening_of(choice) : document();
        if (opening.is_null()) {
            return {};
        }
        add({opening});
        add({closing_of(choice, opening)});
    }
    if (!out.empty() && usage.is_object()) {
        head["usage"] = usage;
        add({});
    }
    return out;
}

} // namespace llm_proxy::relay
