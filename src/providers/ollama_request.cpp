#include "llm_proxy/providers/ollama_request.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/ollama_messages.hpp"
#include "llm_proxy/providers/ollama_prompt.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// Takes the messages out of the request, as images make them large. A text completion is asked for
/// as the only message of a chat.
result<document> take_messages(const inbound_call& call, document& request) {
    if (call.type == model::call_type::completion) {
        auto prompt = single_prompt(request);
        if (!prompt) {
            return prompt.error();
        }
        return document::array({{{"role", "user"}, {"content", std::move(*prompt)}}});
    }
    const auto messages = request.find("messages");
    if (messages == request.end()) {
        return bad_request("'messages' is required.");
    }
    return std::move(*messages);
}

/// The tools that the model may call. OpenAI's older `functions` are tools without their wrapping.
result<document> tools_of(const document& request) {
    const auto choice = request.find("tool_choice");
    if (choice != request.end() && *choice == "none") {
        return document::array();
    }
    const auto tools = request.find("tools");
    const auto functions = request.find("functions");
    const auto chosen = tools == request.end() ? functions : tools;
    if (chosen == request.end()) {
        return document::array();
    }
    if (!chosen->is_array()) {
        return bad_request("'tools' must be an array.");
    }
    if (chosen == tools) {
        return *tools;
    }
    document out = document::array();
    for (const document& function : *functions) {
        out.push_back({{"type", "function"}, {"function", function}});
    }
    return out;
}

result<document> chat_body(const inbound_call& call, document& request) {
    auto given = take_messages(call, request);
    if (!given) {
        return given.error();
    }
    auto messages = ollama_messages(*given, call.files);
    if (!messages) {
        return messages.error();
    }
    auto tools = tools_of(request);
    if (!tools) {
        return tools.error();
    }
    document out{{"model", call.upstream_model}};
    out["messages"] = std::move(*messages);
    if (!tools->empty()) {
        out["tools"] = std::move(*tools);
    }
    out["stream"] = call.stream;
    return out;
}

result<document> generate_body(const inbound_call& call, document& request, bool& with_tools) {
    auto given = take_messages(call, request);
    if (!given) {
        return given.error();
    }
    auto tools = tools_of(request);
    if (!tools) {
        return tools.error();
    }
    auto prompt = render_ollama_prompt(*given, *tools, call.files);
    if (!prompt) {
        return prompt.error();
    }
    document out{{"model", call.upstream_model}};
    // Text is filled in between a prompt and its suffix, so nothing may stand around the prompt.
    const bool fills_in = call.type == model::call_type::completion && request.contains("suffix");
    out["prompt"] = fills_in ? given->front()["content"] : document(std::move(prompt->text));
    out["images"] = std::move(prompt->images);
    out["stream"] = call.stream;
    with_tools = !tools->empty();
    if (with_tools) {
        out["format"] = "json";
    }
    return out;
}

result<document> embed_body(const inbound_call& call, const document& request) {
    const auto input = request.find("input");
    if (input == request.end()) {
        return bad_request("'input' is required.");
    }
    document texts = input->is_array() ? *input : document::array({*input});
    const bool readable = std::all_of(texts.begin(), texts.end(),
                                      [](const document& one) { return one.is_string(); });
    if (!readable || texts.empty()) {
        return bad_request("'input' must be a string or a list of strings: Ollama takes no token "
                           "numbers.");
    }
    document out{{"model", call.upstream_model}};
    out["input"] = std::move(texts);
    return out;
}

} // namespace

result<ollama_request> make_ollama_request(const inbound_call& call,
                                           const model::deployment& target, ollama_route route) {
    document request;
    document extra;
    if (auto read = read_request(call, target, request, extra); !read) {
        return read.error();
    }
    request.update(extra);
    ollama_request out;
    auto body = route == ollama_route::embed  ? embed_body(call, request)
                : route == ollama_route::chat ? chat_body(call, request)
                                              : generate_body(call, request, out.calls_as_text);
    if (!body) {
        return body.error();
    }
    if (auto written = write_ollama_parameters(request, route, call.upstream_model, *body);
        !written) {
        return written.error();
    }
    out.base64_embeddings = text_of(request, "encoding_format") == "base64";
    out.body = dump_json(*body);
    return out;
}

std::vector<std::string> ollama_remote_files(const inbound_call& call) {
    if (call.type != model::call_type::chat_completion || call.members == nullptr) {
        return {};
    }
    const auto* messages = json::find(call.body, *call.members, "messages");
    return messages == nullptr ? std::vector<std::string>()
                               : remote_images(json::value_of(call.body, *messages));
}

} // namespace llm_proxy::providers
