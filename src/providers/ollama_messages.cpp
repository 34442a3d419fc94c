#include "llm_proxy/providers/ollama_messages.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/providers/think_splitter.hpp"
#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace llm_proxy::providers {

namespace {

error refusal(std::size_t position, std::string_view rest) {
    return bad_request("'messages[" + std::to_string(position) + "]" + std::string(rest));
}

/// The URL of an `image_url` part in both of its spellings.
std::string image_url(const document& part) {
    const auto found = part.find("image_url");
    if (found == part.end()) {
        return {};
    }
    return std::string(found->is_object() ? text_of(*found, "url") : text_of(part, "image_url"));
}

bool is_remote(std::string_view url) {
    return starts_with_i(url, "http://") || starts_with_i(url, "https://");
}

result<std::string> image_bytes(const std::string& url, std::size_t position,
                                const remote_file_map* files) {
    if (is_remote(url)) {
        const auto found = files == nullptr ? remote_file_map::const_iterator() : files->find(url);
        if (files == nullptr || found == files->end()) {
            return refusal(position, ".content' names an image that could not be fetched.");
        }
        return base64_encode(found->second.bytes);
    }
    if (!starts_with_i(url, "data:")) {
        return url; // plain base64 already
    }
    const std::size_t comma = url.find(',');
    if (comma == std::string::npos || !url.substr(0, comma).ends_with(";base64")) {
        return refusal(position, ".content' has an image whose data URL is no base64.");
    }
    return url.substr(comma + 1);
}

result<void> add_part(const document& part, std::size_t position, const remote_file_map* files,
                      ollama_content& out) {
    if (part.is_string()) {
        out.text += part.get<std::string>();
        return {};
    }
    if (!part.is_object()) {
        return refusal(position, ".content' must have objects as its parts.");
    }
    const std::string_view type = text_of(part, "type");
    if (type == "image_url") {
        const std::string url = image_url(part);
        if (url.empty()) {
            return refusal(position, ".content' has an image without a URL.");
        }
        auto bytes = image_bytes(url, position, files);
        if (!bytes) {
            return bytes.error();
        }
        out.images.push_back(std::move(*bytes));
    } else {
        out.text += text_of(part, "text");
    }
    return {};
}

/// Calls `take` with every object in the array `text`.
void each_object(std::string_view text, const std::function<void(std::string_view)>& take) {
    if (!text.starts_with('[')) {
        return;
    }
    std::vector<json::member> items;
    json::scan_valid(text, items);
    for (const json::member& item : items) {
        if (item.type == json::kind::object) {
            take(json::value_of(text, item));
        }
    }
}

result<document> arguments_of(const document& function, std::size_t position) {
    const auto found = function.find("arguments");
    if (found == function.end() || found->is_null()) {
        return document::object();
    }
    if (found->is_object()) {
        return *found;
    }
    const std::string text = found->is_string() ? found->get<std::string>() : dump_json(*found);
    if (trim(text).empty()) {
        return document::object();
    }
    auto parsed = parse_document(text);
    if (!parsed || !parsed->is_object()) {
        return refusal(position, ".tool_calls' has arguments that are no JSON object.");
    }
    return std::move(*parsed);
}

result<document> chat_message(const document& message, std::size_t position,
                              const remote_file_map* files) {
    auto role = ollama_role(message, position);
    if (!role) {
        return role.error();
    }
    auto content = read_ollama_content(message, position, files);
    if (!content) {
        return content.error();
    }
    auto calls = ollama_tool_calls(message, position);
    if (!calls) {
        return calls.error();
    }
    std::string thinking(text_of(message, "reasoning_content"));
    if (*role == "assistant" && thinking.empty()) {
        split_text split = split_thought(content->text);
        thinking = std::move(split.reasoning);
        content->text = std::move(split.content);
    }
    document out{{"role", *role}};
    if (!thinking.empty()) {
        out["thinking"] = std::move(thinking);
    }
    out["content"] = std::move(content->text);
    out["images"] = std::move(content->images);
    if (!calls->empty()) {
        out["tool_calls"] = std::move(*calls);
    }
    if (const std::string_view id = text_of(message, "tool_call_id"); !id.empty()) {
        out["tool_call_id"] = id;
    }
    return out;
}

} // namespace

result<ollama_content> read_ollama_content(const document& message, std::size_t position,
                                           const remote_file_map* files) {
    ollama_content out;
    const auto content = message.find("content");
    if (content == message.end() || content->is_null()) {
        return out;
    }
    if (content->is_string()) {
        out.text = content->get<std::string>();
        return out;
    }
    if (!content->is_array()) {
        return refusal(position, ".content' must be a string or an array.");
    }
    for (const document& part : *content) {
        if (auto added = add_part(part, position, files, out); !added) {
            return added.error();
        }
    }
    return out;
}

result<document> ollama_tool_calls(const document& message, std::size_t position) {
    document out = document::array();
    const auto calls = message.find("tool_calls");
    if (calls == message.end() || calls->is_null()) {
        return out;
    }
    if (!calls->is_array()) {
        return refusal(position, ".tool_calls' must be an array.");
    }
    for (const document& call : *calls) {
        const auto function = call.find("function");
        if (function == call.end() || !function->is_object()) {
            return refusal(position, ".tool_calls' has a call without a function.");
        }
        auto arguments = arguments_of(*function, position);
        if (!arguments) {
            return arguments.error();
        }
        document item;
        item["function"] = {{"name", text_of(*function, "name")}};
        item["function"]["arguments"] = std::move(*arguments);
        out.push_back(std::move(item));
    }
    return out;
}

result<std::string> ollama_role(const document& message, std::size_t position) {
    if (!message.is_object()) {
        return refusal(position, "' must be an object.");
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> roles{
        {{"system", "system"},
         {"developer", "system"},
         {"user", "user"},
         {"assistant", "assistant"},
         {"tool", "tool"},
         {"function", "tool"}}};
    const std::string_view named = text_of(message, "role");
    for (const auto& [role, ours] : roles) {
        if (role == named) {
            return std::string(ours);
        }
    }
    return refusal(position, ".role' must be one of system, developer, user, assistant, tool and "
                             "function.");
}

result<document> ollama_messages(const document& messages, const remote_file_map* files) {
    if (!messages.is_array()) {
        return bad_request("'messages' must be an array.");
    }
    document out = document::array();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto message = chat_message(messages[i], i, files);
        if (!message) {
            return message.error();
        }
        out.push_back(std::move(*message));
    }
    return out;
}

std::vector<std::string> remote_images(std::string_view messages) {
    std::vector<std::string> out;
    each_object(messages, [&out](std::string_view message) {
        each_object(json::value_in(message, "content"), [&out](std::string_view part) {
            std::string_view url = json::value_in(part, "image_url");
            if (json::value_in(part, "type") != "\"image_url\"") {
                return;
            }
            if (url.starts_with('{')) {
                url = json::value_in(url, "url");
            }
            // Nothing of the data that an image's own URL holds is copied.
            if (url.starts_with('"') && !url.starts_with("\"data:")) {
                if (std::string text = json::unescape(url); is_remote(text)) {
                    out.push_back(std::move(text));
                }
            }
        });
    });
    return out;
}

} // namespace llm_proxy::providers
