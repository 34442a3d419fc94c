#include "llm_proxy/providers/ollama_prompt.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <nlohmann/json.hpp>

#include <iterator>
#include <string_view>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// Collects paragraphs; a run of messages of one side is one paragraph.
class paragraphs {
public:
    void add(std::string_view heading, std::string_view text) {
        if (heading != heading_) {
            close();
            heading_ = heading;
        }
        run_ += text;
    }

    std::string finish() {
        close();
        return std::move(out_);
    }

private:
    void close() {
        if (!run_.empty()) {
            out_.append("### ").append(heading_).append(":\n").append(run_).append("\n\n");
        }
        run_.clear();
    }

    std::string out_;
    std::string heading_;
    std::string run_;
};

std::string_view heading_of(std::string_view role) {
    if (role == "system") {
        return "System";
    }
    return role == "assistant" ? "Assistant" : "User";
}

std::string call_text(const document& calls) {
    return calls.empty() ? "" : "Tool Calls: " + dump_json(calls);
}

std::string tool_instruction(const document& tools) {
    return R"(To use a function, answer with nothing but one JSON object of the form )"
           R"({"name": "its name", "arguments": {"argument": "value"}}. The functions are: )" +
           dump_json(tools);
}

} // namespace

result<ollama_prompt> render_ollama_prompt(const document& messages, const document& tools,
                                           const remote_file_map* files) {
    if (!messages.is_array()) {
        return error(400, "invalid_request_error", "'messages' must be an array.");
    }
    ollama_prompt out;
    paragraphs text;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto role = ollama_role(messages[i], i);
        if (!role) {
            return role.error();
        }
        auto content = read_ollama_content(messages[i], i, files);
        if (!content) {
            return content.error();
        }
        auto calls = ollama_tool_calls(messages[i], i);
        if (!calls) {
            return calls.error();
        }
        text.add(heading_of(*role), content->text + call_text(*calls));
        std::move(content->images.begin(), content->images.end(), std::back_inserter(out.images));
    }
    if (!tools.empty()) {
        text.add(heading_of("system"), tool_instruction(tools));
    }
    out.text = text.finish();
    return out;
}

} // namespace llm_proxy::providers
