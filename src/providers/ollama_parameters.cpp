#include "llm_proxy/providers/ollama_parameters.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace llm_proxy::providers {

namespace {

// Sorted, for binary search: what is translated elsewhere, and what only OpenAI's text completions
// have.
constexpr std::array<std::string_view, 22> not_options{
    "best_of",
    "dimensions",
    "echo",
    "encoding_format",
    "functions",
    "input",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "options",
    "prompt",
    "raw",
    "reasoning_effort",
    "response_format",
    "stop",
    "stream",
    "suffix",
    "system",
    "template",
    "tool_choice",
    "tools",
    "truncate",
};
static_assert(std::is_sorted(not_options.begin(), not_options.end()));

/// Members of an Ollama request under their own names.
bool is_top_level(std::string_view name, ollama_route route) {
    if (name == "keep_alive") {
        return true;
    }
    if (route == ollama_route::embed) {
        return name == "dimensions" || name == "truncate";
    }
    if (name == "format" || name == "think") {
        return true;
    }
    return route == ollama_route::generate &&
           (name == "suffix" || name == "system" || name == "template" || name == "raw");
}

document make_options(const document& request, ollama_route route) {
    document out = document::object();
    if (const auto given = request.find("options"); given != request.end() && given->is_object()) {
        out = *given;
    }
    for (const auto& [name, value] : request.items()) {
        const bool known = std::binary_search(not_options.begin(), not_options.end(), name);
        if (!known && !is_top_level(name, route)) {
            out[name] = value;
        }
    }
    for (const char* limit : {"max_tokens", "max_completion_tokens"}) {
        if (const auto found = request.find(limit); found != request.end()) {
            out["num_predict"] = *found;
        }
    }
    // Ollama takes nothing but a list.
    if (const auto stop = request.find("stop"); stop != request.end()) {
        out["stop"] = stop->is_array() ? *stop : document::array({*stop});
    }
    return out;
}

result<void> write_format(const document& wanted, document& out) {
    const auto type = wanted.find("type");
    if (type == wanted.end() || !type->is_string()) {
        return bad_request("'response_format.type' must be a string.");
    }
    if (*type == "json_object") {
        out["format"] = "json";
    }
    if (*type != "json_schema") {
        return {};
    }
    const auto holder = wanted.find("json_schema");
    const auto schema = holder == wanted.end() ? wanted.end() : holder->find("schema");
    if (holder == wanted.end() || schema == holder->end() || !schema->is_object()) {
        return bad_request("'response_format.json_schema.schema' must be an object.");
    }
    out["format"] = *schema;
    return {};
}

/// gpt-oss takes an effort by its name, all other models think or do not.
void write_think(const document& effort, std::string_view model, document& out) {
    const auto named = effort.is_object() ? effort.find("effort") : effort.end();
    const document& wanted = named == effort.end() ? effort : *named;
    if (!wanted.is_string()) {
        return;
    }
    if (model.starts_with("gpt-oss")) {
        out["think"] = wanted;
        return;
    }
    constexpr std::array<std::string_view, 5> thoughtful{"low", "medium", "high", "xhigh", "max"};
    const auto text = wanted.get<std::string>();
    out["think"] = std::find(thoughtful.begin(), thoughtful.end(), text) != thoughtful.end();
}

} // namespace

result<void> write_ollama_parameters(const document& request, ollama_route route,
                                     std::string_view model, document& out) {
    document options = make_options(request, route);
    if (!options.empty() || route != ollama_route::embed) {
        out["options"] = std::move(options);
    }
    if (route != ollama_route::embed) {
        if (const auto format = request.find("response_format"); format != request.end()) {
            if (auto written = write_format(*format, out); !written) {
                return written;
            }
        }
        if (const auto effort = request.find("reasoning_effort"); effort != request.end()) {
            write_think(*effort, model, out);
        }
    }
    for (const auto& [name, value] : request.items()) {
        if (is_top_level(name, route)) {
            out[name] = value;
        }
    }
    return {};
}

} // namespace llm_proxy::providers
