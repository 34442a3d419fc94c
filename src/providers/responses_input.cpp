#include "llm_proxy/providers/responses_input.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// Parts that the Responses API has itself.
constexpr std::array<std::string_view, 6> own_parts{"input_text",  "input_image", "input_file",
                                                    "input_audio", "output_text", "refusal"};

/// What models thought is not told to others.
constexpr std::array<std::string_view, 3> skipped_parts{"thinking", "redacted_thinking",
                                                        "tool_reference"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

document text_part(std::string_view text, bool of_assistant) {
    return {{"type", of_assistant ? "output_text" : "input_text"}, {"text", text}};
}

result<document> image_part(const document& part) {
    const document* image = member_of(part, "image_url");
    document out{{"type", "input_image"}};
    if (image != nullptr && image->is_string()) {
        out["image_url"] = *image;
        out["detail"] = "auto";
        return out;
    }
    const std::string_view url = image == nullptr ? std::string_view() : text_of(*image, "url");
    if (url.empty()) {
        return bad_request("'image_url' needs a 'url'.");
    }
    const std::string_view detail = text_of(*image, "detail");
    out["image_url"] = url;
    out["detail"] = detail.empty() ? "auto" : detail;
    return out;
}

document file_part(const document& part) {
    document out{{"type", "input_file"}};
    if (const document* file = member_of(part, "file")) {
        for (const char* name : {"file_id", "file_data", "filename"}) {
            if (const document* value = member_of(*file, name)) {
                out[name] = *value;
            }
        }
    }
    return out;
}

result<document> part_of(const document& part, bool of_assistant) {
    if (part.is_string()) {
        return text_part(part.get_ref<const std::string&>(), of_assistant);
    }
    const std::string_view type = text_of(part, "type");
    if (is_one_of(own_parts, type)) {
        return part;
    }
    if (type == "image_url") {
        return image_part(part);
    }
    if (type == "file") {
        return file_part(part);
    }
    if (const document* text = member_of(part, "text"); text != nullptr && text->is_string()) {
        return text_part(text->get_ref<const std::string&>(), of_assistant);
    }
    return bad_request("Content of type '" + std::string(type) + "' cannot be sent to this model.");
}

/// A message's content as typed parts.
result<document> parts_of(const document* content, bool of_assistant) {
    document out = document::array();
    if (content == nullptr) {
        return out;
    }
    if (content->is_string()) {
        out.push_back(text_part(content->get_ref<const std::string&>(), of_assistant));
        return out;
    }
    if (!content->is_array()) {
        return bad_request("'content' must be a string or a list of parts.");
    }
    for (const document& part : *content) {
        if (is_one_of(skipped_parts, text_of(part, "type"))) {
            continue;
        }
        auto converted = part_of(part, of_assistant);
        if (!converted) {
            return converted.error();
        }
        out.push_back(std::move(*converted));
    }
    return out;
}

/// What an earlier answer gave as `reasoning_items`. One without an id goes without: the API
/// refuses ids that it did not make.
void add_reasoning(const document& message, document& items) {
    const document* given = member_of(message, "reasoning_items");
    if (given == nullptr || !given->is_array()) {
        return;
    }
    for (const document& item : *given) {
        document out{{"type", "reasoning"}};
        if (const std::string_view id = text_of(item, "id"); !id.empty()) {
            out["id"] = id;
        }
        const document* summary = member_of(item, "summary");
        out["summary"] = summary == nullptr ? document::array() : *summary;
        if (const auto secret = text_of(item, "encrypted_content"); !secret.empty()) {
            out["encrypted_content"] = secret;
        }
        items.push_back(std::move(out));
    }
}

bool is_empty(const document& content) {
    const auto* text = content.get_ptr<const std::string*>();
    return text == nullptr ? content.empty() : text->empty();
}

document message_item(std::string_view role, document parts) {
    document out{{"type", "message"}, {"role", role}};
    out["content"] = std::move(parts);
    return out;
}

class input_writer {
public:
    result<void> add(const document& message) {
        std::string_view role = text_of(message, "role");
        role = role == "developer" ? "system" : role;
        leading_ = leading_ && role == "system";
        if (role == "system") {
            return add_system(message);
        }
        if (role == "user") {
            return add_message(message, role);
        }
        if (role == "assistant") {
            return add_assistant(message);
        }
        if (role == "tool") {
            return add_result(message);
        }
        return bad_request("Messages of the role '" + std::string(role) +
                           "' cannot be sent to this model.");
    }

    responses_input take() {
        responses_input out;
        if (items_.empty() && !instructions_.empty()) {
            items_.push_back(message_item(
                "system", document::array({text_part(std::exchange(instructions_, {}), false)})));
        }
        out.instructions = std::move(instructions_);
        out.items = std::make_unique<document>(std::move(items_));
        return out;
    }

private:
    result<void> add_system(const document& message) {
        const document* content = member_of(message, "content");
        if (!leading_ || content == nullptr || !content->is_string()) {
            return add_message(message, "system");
        }
        instructions_.append(instructions_.empty() ? "" : " ")
            .append(content->get_ref<const std::string&>());
        return {};
    }

    result<void> add_message(const document& message, std::string_view role) {
        auto parts = parts_of(member_of(message, "content"), role == "assistant");
        if (!parts) {
            return parts.error();
        }
        if (parts->empty()) {
            parts->push_back(text_part("", role == "assistant"));
        }
        items_.push_back(message_item(role, std::move(*parts)));
        return {};
    }

    result<void> add_assistant(const document& message) {
        add_reasoning(message, items_);
        const document* calls = member_of(message, "tool_calls");
        const bool has_calls = calls != nullptr && calls->is_array() && !calls->empty();
        const document* content = member_of(message, "content");
        if (content != nullptr && !(has_calls && is_empty(*content))) {
            if (auto added = add_message(message, "assistant"); !added) {
                return added;
            }
        }
        if (has_calls) {
            for (const document& call : *calls) {
                if (auto added = add_call(call); !added) {
                    return added;
                }
            }
        }
        return {};
    }

    result<void> add_call(const document& call) {
        const std::string_view id = text_of(call, "id");
        const document* function = member_of(call, "function");
        const document* custom = member_of(call, "custom");
        if (id.empty() || (function == nullptr && custom == nullptr)) {
            return bad_request("Each of 'tool_calls' needs an 'id' and a 'function'.");
        }
        document out{{"type", function != nullptr ? "function_call" : "custom_tool_call"},
                     {"call_id", id}};
        if (function != nullptr) {
            out["name"] = text_of(*function, "name");
            const document* arguments = member_of(*function, "arguments");
            const bool is_text = arguments != nullptr && arguments->is_string();
            out["arguments"] = is_text                ? *arguments
                               : arguments == nullptr ? document("{}")
                                                      : document(dump_json(*arguments));
        } else {
            out["name"] = text_of(*custom, "name");
            out["input"] = text_of(*custom, "input");
            custom_calls_.emplace(id);
        }
        items_.push_back(std::move(out));
        return {};
    }

    result<void> add_result(const document& message) {
        const std::string_view id = text_of(message, "tool_call_id");
        if (id.empty()) {
            return bad_request("Messages of the role 'tool' need a 'tool_call_id'.");
        }
        auto parts = parts_of(member_of(message, "content"), false);
        if (!parts) {
            return parts.error();
        }
        const bool custom = custom_calls_.contains(id);
        document out{{"type", custom ? "custom_tool_call_output" : "function_call_output"},
                     {"call_id", id}};
        out["output"] = std::move(*parts);
        items_.push_back(std::move(out));
        return {};
    }

    document items_ = document::array();
    std::string instructions_;
    bool leading_ = true;
    std::set<std::string, std::less<>> custom_calls_;
};

} // namespace

result<responses_input> make_responses_input(const document& messages) {
    if (!messages.is_array()) {
        return bad_request("'messages' must be a list.");
    }
    input_writer out;
    for (const document& message : messages) {
        if (!message.is_object()) {
            return bad_request("Each of 'messages' must be an object.");
        }
        if (auto added = out.add(message); !added) {
            return added.error();
        }
    }
    return out.take();
}

} // namespace llm_proxy::providers
