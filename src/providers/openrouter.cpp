#include "llm_proxy/providers/openrouter.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

constexpr std::array headers{
    fixed_header{"HTTP-Referer", "https://litellm.ai", "OR_SITE_URL"},
    fixed_header{"X-Title", "liteLLM", "OR_APP_NAME"},
};

constexpr dialect traits{.prefix = "openrouter",
                         .exception_name = "OpenrouterException",
                         .default_base = "https://openrouter.ai/api/v1",
                         .base_variables = {"OPENROUTER_API_BASE"},
                         .key_variables = {"OPENROUTER_API_KEY", "OR_API_KEY"},
                         .key = key_rule::optional,
                         .headers = headers,
                         .raw_error_body = true,
                         .responses = true,
                         .reasoning = reasoning_form::member};

constexpr std::string_view mark = "cache_control";

bool reads_cache_control(std::string_view model) {
    constexpr std::array<std::string_view, 5> makers{"claude", "gemini", "minimax", "glm", "z-ai"};
    const std::string name = lower(model);
    return std::any_of(makers.begin(), makers.end(), [&](std::string_view maker) {
        return name.find(maker) != std::string::npos;
    });
}

void remove_mark(json::splice& object) {
    object.remove(mark);
}

void remove_marks(json::splice& body) {
    body.within("messages", [](json::splice& message) {
        message.remove(mark);
        message.within("content", remove_mark);
    });
    body.within("tools", [](json::splice& tool) {
        tool.remove(mark);
        tool.within("function", remove_mark);
    });
}

/// The content with the mark at its last block; plain text becomes a block. Other content has no
/// place for it.
std::string marked(std::string_view content, std::string_view value) {
    if (content.starts_with('"')) {
        return R"([{"type":"text","text":)" + std::string(content) + R"(,"cache_control":)" +
               std::string(value) + "}]";
    }
    std::vector<json::member> blocks;
    if (content.starts_with('[')) {
        json::scan_valid(content, blocks);
    }
    if (blocks.empty() || blocks.back().type != json::kind::object) {
        return std::string(content);
    }
    const auto last =
        json::edit_nested(json::value_of(content, blocks.back()),
                          [&](json::splice& block) { block.set(mark, std::string(value)); });
    return std::string(content.substr(0, blocks.back().value_begin)) + last.value_or("") +
           std::string(content.substr(blocks.back().value_end));
}

/// OpenRouter reads a message's mark only inside its content.
void move_marks(json::splice& body) {
    body.within("messages", [](json::splice& message) {
        const std::string value(message.value(mark));
        message.remove(mark);
        if (!value.empty() && value != "null") {
            message.replace("content", marked(message.value("content"), value));
        }
    });
}

bool says_nothing(std::string_view value) {
    return value.empty() || value == "null" || value == R"("")" || value == "[]";
}

/// Thoughts as a client was given them go back under OpenRouter's name for them; its own
/// `reasoning` and `reasoning_details` hold more.
void return_reasoning(json::splice& body) {
    constexpr std::string_view given = "reasoning_content";
    if (body.value("messages").find(given) == std::string_view::npos) {
        return;
    }
    body.within("messages", [given](json::splice& message) {
        const std::string thoughts(message.value(given));
        const bool known = !says_nothing(message.value("reasoning")) ||
                           !says_nothing(message.value("reasoning_details"));
        message.remove(given);
        if (!known && thoughts.starts_with('"')) {
            message.set("reasoning", thoughts);
        }
    });
}

bool mentions_mark(const json::splice& body) {
    return body.value("messages").find(mark) != std::string_view::npos ||
           body.value("tools").find(mark) != std::string_view::npos;
}

} // namespace

openrouter::openrouter() : openai_compatible(traits) {}

void openrouter::adjust(const inbound_call& call, json::splice& body) const {
    openai_compatible::adjust(call, body);
    if (call.type != model::call_type::chat_completion) {
        return;
    }
    body.set_default("usage", R"({"include":true})");
    if (body.value("reasoning_effort") == R"("max")") {
        body.set("reasoning_effort", R"("xhigh")");
    }
    return_reasoning(body);
    if (!mentions_mark(body)) {
        return;
    }
    if (reads_cache_control(call.upstream_model)) {
        move_marks(body);
    } else {
        remove_marks(body);
    }
}

verdict openrouter::judge(const upstream_answer& answer, const upstream_text&) const {
    if (answer.status != 429 && says_context_exceeded(answer.body)) {
        return error_class::context_window_exceeded;
    }
    if (answer.status == 500 || answer.status == 502) {
        return error_class::api_error;
    }
    return {class_of_status(answer.status), answer.status != 400};
}

} // namespace llm_proxy::providers
