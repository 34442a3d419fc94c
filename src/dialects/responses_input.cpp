// The part of a request that is its conversation.
#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::bad_request;
using providers::first_text_of;
using providers::member_of;
using providers::text_of;
namespace wire = providers::wire;

result<document> image_block(const document& part) {
    const document* given = member_of(part, "image_url");
    const std::string_view url = given != nullptr && given->is_object()
                                     ? text_of(*given, "url")
                                     : text_of(part, "image_url");
    if (url.empty()) {
        return bad_request(
            "An input_image has no image_url; this model's provider keeps no files.");
    }
    document image{{"url", url}};
    if (const document* detail = member_of(part, "detail")) {
        image["detail"] = *detail;
    }
    return document{{"type", "image_url"}, {"image_url", std::move(image)}};
}

document file_block(const document& part) {
    document file = document::object();
    if (const std::string_view id = first_text_of(part, {"file_id", "file_url"}); !id.empty()) {
        file["file_id"] = id;
    }
    for (const char* name : {"file_data", "filename"}) {
        if (const document* value = member_of(part, name)) {
            file[name] = *value;
        }
    }
    return {{"type", "file"}, {"file", std::move(file)}};
}

/// One part of a content as a chat's block.
result<document> chat_block(const document& part) {
    const std::string_view type = text_of(part, "type");
    result<document> out = document();
    if (type == "input_text" || type == "output_text" || type == "text") {
        out = document{{"type", "text"}, {"text", text_of(part, "text")}};
    } else if (type == "refusal") {
        out = document{{"type", "text"}, {"text", text_of(part, "refusal")}};
    } else if (type == "input_image") {
        out = image_block(part);
    } else if (type == "input_file") {
        out = file_block(part);
    } else if (type == "image_url" || type == "file" || type == "input_audio") {
        out = part;
    } else {
        return bad_request("The input has a part of type '" + std::string(type) +
                           "', which this model does not take.");
    }
    if (const document* mark = member_of(part, "cache_control"); out && mark != nullptr) {
        (*out)["cache_control"] = *mark;
    }
    return out;
}

/// The text of blocks that are nothing but text; nothing if one is more.
std::optional<std::string> plain_text(const document& blocks) {
    std::string out;
    for (const document& block : blocks) {
        if (text_of(block, "type") != "text" || member_of(block, "cache_control") != nullptr) {
            return std::nullopt;
        }
        out.append(text_of(block, "text"));
    }
    return out;
}

/// A content as a chat's; text alone becomes a string where that `is_plain`.
result<document> chat_content(const document& content, bool is_plain) {
    if (content.is_string()) {
        return content;
    }
    if (!content.is_array()) {
        return bad_request("The content of an input item must be a text or a list of parts.");
    }
    document blocks = document::array();
    for (const document& part : content) {
        auto block = chat_block(part);
        if (!block) {
            return block;
        }
        blocks.push_back(*std::move(block));
    }
    if (is_plain) {
        if (auto text = plain_text(blocks)) {
            return document(*std::move(text));
        }
    }
    return blocks;
}

/// Whether an item tells of something that a provider did by itself, which no chat can be told.
bool is_side_note(std::string_view type) {
    return type == "web_search_call" || type == "image_generation_call" ||
           type == "file_search_call" || type == "code_interpreter_call" ||
           type == "mcp_list_tools";
}

/// Gathers the messages, item by item.
class conversation {
public:
    result<void> add(const document& item) {
        const std::string_view type = text_of(item, "type");
        if (!item.is_object()) {
            return bad_request("An input item must be an object.");
        }
        if (type == "message" || (type.empty() && member_of(item, "role") != nullptr)) {
            return add_message(item);
        }
        if (type == "function_call" || type == "custom_tool_call") {
            return add_call(item, type == "custom_tool_call");
        }
        if (type == "function_call_output" || type == "custom_tool_call_output") {
            return add_result(item);
        }
        if (type == "reasoning") {
            add_thoughts(item);
            return {};
        }
        if (type == "item_reference") {
            return bad_request("An item_reference names an item of a kept response, and this "
                               "model's are not kept: send the item itself.");
        }
        return is_side_note(type)
                   ? result<void>()
                   : bad_request("The input has an item of type '" + std::string(type) +
                                 "', which this model does not take.");
    }

    void add_plain(const char* role, const document& text) {
        messages_.push_back({{"role", role}, {"content", text}});
    }

    document take() { return std::move(messages_); }

private:
    result<void> add_message(const document& item) {
        const std::string_view role = text_of(item, "role");
        if (role != "user" && role != "assistant" && role != "system" && role != "developer") {
            return bad_request("An input message has the role '" + std::string(role) +
                               "'; there are user, assistant, system and developer.");
        }
        auto content = chat_content(wire::member(item, "content"), role != "user");
        if (!content) {
            return content.error();
        }
        if (role != "assistant") {
            thoughts_.clear();
            messages_.push_back({{"role", role}, {"content", *std::move(content)}});
            return {};
        }
        // What an assistant says after its calls must not part them from their results.
        document& message = open_assistant(true);
        if (message["content"].is_null()) {
            message["content"] = *std::move(content);
        } else if (message["content"].is_string() && content->is_string()) {
            message["content"].get_ref<std::string&>() += content->get_ref<std::string&>();
        } else {
            messages_.push_back({{"role", role}, {"content", *std::move(content)}});
        }
        return {};
    }

    result<void> add_call(const document& item, bool free_text) {
        const std::string_view id = first_text_of(item, {"call_id", "id"});
        if (id.empty() || text_of(item, "name").empty()) {
            return bad_request("A function_call of the input needs a call_id and a name.");
        }
        std::string arguments(text_of(item, "arguments"));
        if (free_text) {
            arguments = dump_json({{custom_tool_parameter, text_of(item, "input")}});
        }
        document call{{"id", id}, {"type", "function"}};
        call["function"] = {{"name", text_of(item, "name")}, {"arguments", std::move(arguments)}};
        open_assistant(false)["tool_calls"].push_back(std::move(call));
        return {};
    }

    result<void> add_result(const document& item) {
        const std::string_view id = text_of(item, "call_id");
        if (id.empty()) {
            return bad_request("A function_call_output of the input needs a call_id.");
        }
        const document& output = wire::member(item, "output");
        result<document> content = document("");
        if (output.is_string() || output.is_array()) {
            content = chat_content(output, true);
        } else if (!output.is_null()) {
            content = document(dump_json(output));
        }
        if (!content) {
            return content.error();
        }
        thoughts_.clear();
        messages_.push_back({{"role", "tool"}, {"tool_call_id", id}, {"content", *content}});
        return {};
    }

    void add_thoughts(const document& item) {
        const document& summary = wire::list(item, "summary");
        for (const document& part : summary.empty() ? wire::list(item, "content") : summary) {
            if (const std::string_view text = text_of(part, "text"); !text.empty()) {
                thoughts_.append(thoughts_.empty() ? "" : "\n\n").append(text);
            }
        }
    }

    /// The assistant's message to add to: the last one, unless it is another's, or `after_calls`
    /// and it has none.
    document& open_assistant(bool after_calls) {
        const bool goes_on = !messages_.empty() && thoughts_.empty() &&
                             messages_.back()["role"] == "assistant" &&
                             (!after_calls || messages_.back().contains("tool_calls"));
        if (!goes_on) {
            messages_.push_back({{"role", "assistant"}, {"content", nullptr}});
        }
        if (!thoughts_.empty()) {
            messages_.back()["reasoning_content"] = std::exchange(thoughts_, {});
        }
        return messages_.back();
    }

    document messages_ = document::array();
    std::string thoughts_; // of the answer that comes next
};

} // namespace

result<document> make_chat_messages(const document& request) {
    conversation out;
    if (const document* instructions = member_of(request, "instructions")) {
        if (!instructions->is_string()) {
            return bad_request("'instructions' must be a text.");
        }
        out.add_plain("system", *instructions);
    }
    const document& input = wire::member(request, "input");
    if (input.is_string()) {
        out.add_plain("user", input);
        return out.take();
    }
    if (!input.is_array()) {
        return bad_request("'input' must be a text or a list of items.");
    }
    for (const document& item : input) {
        if (auto added = out.add(item); !added) {
            return added.error();
        }
    }
    return out.take();
}

} // namespace llm_proxy::dialects
