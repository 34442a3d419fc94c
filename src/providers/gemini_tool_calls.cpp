#include "llm_proxy/providers/gemini_tool_calls.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_signature.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace llm_proxy::providers {

namespace {

/// Base64 of `skip_thought_signature_validator`: Gemini 3 demands a signature, and this one says
/// that there is none (ai.google.dev/gemini-api/docs/thought-signatures).
constexpr std::string_view no_signature = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

std::string_view field_signature(const document& object) {
    const document* fields = member_of(object, "provider_specific_fields");
    return fields == nullptr ? std::string_view() : text_of(*fields, "thought_signature");
}

std::string_view signature_of(const document& call) {
    if (const auto own = field_signature(call); !own.empty()) {
        return own;
    }
    if (const document* function = member_of(call, "function")) {
        if (const auto inner = field_signature(*function); !inner.empty()) {
            return inner;
        }
    }
    return split_signature(text_of(call, "id")).signature;
}

result<document> arguments_of(const document& function) {
    const document* arguments = member_of(function, "arguments");
    if (arguments != nullptr && arguments->is_object()) {
        return *arguments;
    }
    const std::string_view text = text_of(function, "arguments");
    if (trim(text).empty() && (arguments == nullptr || arguments->is_string())) {
        return document{{"type", "object"}};
    }
    auto parsed = parse_document(text);
    if (!parsed || !parsed->is_object()) {
        return bad_request("The arguments of the tool call '" +
                           std::string(text_of(function, "name")) + "' are no JSON object.");
    }
    return *std::move(parsed);
}

/// The result as an object: the tool's own, or its text in one.
document response_of(std::string text) {
    if (trim(text).starts_with('{')) {
        if (auto parsed = parse_document(text); parsed && parsed->is_object()) {
            return *std::move(parsed);
        }
    }
    return {{"content", std::move(text)}};
}

/// The URL of a block that is an image or a file; empty for other blocks.
std::string_view media_url(const document& block) {
    const std::string_view type = text_of(block, "type");
    if (type == "image_url" || type == "input_image") {
        const document* image = member_of(block, "image_url");
        return image != nullptr && image->is_object() ? text_of(*image, "url")
                                                      : text_of(block, "image_url");
    }
    if (type == "file" || type == "input_file") {
        const document* file = member_of(block, "file");
        return file != nullptr && file->is_object() ? text_of(*file, "file_data")
                                                    : text_of(block, "file_data");
    }
    return {};
}

} // namespace

std::vector<std::string_view> call_signatures(const document& message) {
    std::vector<std::string_view> out;
    const document* calls = member_of(message, "tool_calls");
    if (calls == nullptr || !calls->is_array()) {
        return out;
    }
    for (const document& call : *calls) {
        if (const auto signature = signature_of(call); !signature.empty()) {
            out.push_back(signature);
        }
    }
    return out;
}

result<document> gemini_tool_calls::call_part(const document& function, std::string_view id,
                                              std::string_view signature, bool first) const {
    const std::string_view name = text_of(function, "name");
    if (name.empty()) {
        return bad_request("A tool call of an assistant message has no function name.");
    }
    auto arguments = arguments_of(function);
    if (!arguments) {
        return arguments;
    }
    document call{{"name", name}, {"args", *std::move(arguments)}};
    if (model_.third_generation && !id.empty()) {
        call["id"] = id;
    }
    document part{{"functionCall", std::move(call)}};
    if (signature.empty() && first && model_.third_generation) {
        signature = no_signature;
    }
    if (!signature.empty()) {
        part["thoughtSignature"] = signature;
    }
    return part;
}

result<void> gemini_tool_calls::add_calls(const document& message, document& parts) {
    const document* calls = member_of(message, "tool_calls");
    if (calls != nullptr && !calls->is_array()) {
        return bad_request("'tool_calls' of a message must be a list.");
    }
    if (calls == nullptr || calls->empty()) {
        const document* function = member_of(message, "function_call");
        if (function == nullptr) {
            return {};
        }
        called_.clear();
        auto part = call_part(*function, {}, field_signature(*function), true);
        if (!part) {
            return part.error();
        }
        parts.push_back(*std::move(part));
        return {};
    }
    called_.clear();
    for (const document& call : *calls) {
        const document* function = member_of(call, "function");
        const std::string_view id = split_signature(text_of(call, "id")).id;
        auto part = call_part(function == nullptr ? document() : *function, id, signature_of(call),
                              &call == &calls->front());
        if (!part) {
            return part.error();
        }
        called_.insert_or_assign(std::string(id), (*part)["functionCall"]["name"]);
        parts.push_back(*std::move(part));
    }
    return {};
}

result<void> gemini_tool_calls::add_result_media(const document& block, document& parts) {
    const std::string_view url = media_url(block);
    if (url.empty()) {
        return {};
    }
    auto part = media_.part({.url = url});
    if (!part) {
        return part.error();
    }
    parts.push_back(*std::move(part));
    return {};
}

/// The text of the content; its media go to `parts`.
result<std::string> gemini_tool_calls::read_result(const document& content, document& parts) {
    if (const auto* text = content.get_ptr<const std::string*>()) {
        if (!text->starts_with("data:image/") || text->find(";base64,") == std::string::npos) {
            return *text;
        }
        auto part = media_.part({.url = *text});
        if (!part) {
            return part.error();
        }
        parts.push_back(*std::move(part));
        return std::string();
    }
    if (!content.is_array()) {
        return bad_request("The content of a tool message must be a string or a list.");
    }
    std::string text;
    for (const document& block : content) {
        if (!block.is_object()) {
            return bad_request("Every block of a tool message's content must be an object.");
        }
        if (text_of(block, "type") == "text") {
            text += text_of(block, "text");
        }
        if (auto added = add_result_media(block, parts); !added) {
            return added.error();
        }
    }
    return text;
}

result<void> gemini_tool_calls::add_result(const document& message, document& parts) {
    const std::string_view id = split_signature(text_of(message, "tool_call_id")).id;
    const auto found = id.empty() ? called_.end() : called_.find(id);
    const std::string name(found == called_.end() ? text_of(message, "name")
                                                  : std::string_view(found->second));
    if (name.empty()) {
        return bad_request("Missing corresponding tool call for tool response message. Received "
                           "tool_call_id='" +
                           std::string(id.substr(0, 128)) + "'.");
    }
    document media = document::array();
    const document* content = member_of(message, "content");
    auto text = read_result(content == nullptr ? document("") : *content, media);
    if (!text) {
        return text.error();
    }
    document answer{{"name", name}, {"response", response_of(*std::move(text))}};
    if (model_.third_generation && !id.empty()) {
        answer["id"] = id;
    }
    if (!media.empty()) {
        answer["parts"] = std::move(media);
    }
    parts.push_back({{"functionResponse", std::move(answer)}});
    return {};
}

} // namespace llm_proxy::providers
