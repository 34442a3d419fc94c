#include "llm_proxy/providers/ollama_answer.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/ollama_errors.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

/// The status of an error that came under a 200; Ollama adds it to some.
int told_status(const document& answer) {
    for (const char* name : {"status", "status_code"}) {
        const auto status = ollama_count(answer, name).value_or(0);
        if (status >= 400 && status <= 599) {
            return static_cast<int>(status);
        }
    }
    const std::string said = lower(text_of(answer, "error"));
    const bool missing = said.starts_with("model ") && said.find(" not found") != said.npos;
    return missing ? 404 : 500;
}

std::vector<ollama_call> calls_of(const document& message) {
    std::vector<ollama_call> out;
    const auto calls = message.find("tool_calls");
    if (calls == message.end() || !calls->is_array()) {
        return out;
    }
    for (const document& call : *calls) {
        const auto function = call.find("function");
        if (function == call.end() || !function->is_object()) {
            continue;
        }
        const auto arguments = function->find("arguments");
        std::string text = "{}";
        if (arguments != function->end() && arguments->is_string()) {
            text = arguments->get<std::string>();
        } else if (arguments != function->end() && !arguments->is_null()) {
            text = dump_json(*arguments);
        }
        out.push_back({std::string(text_of(call, "id")), std::string(text_of(*function, "name")),
                       std::move(text)});
    }
    return out;
}

} // namespace

error not_an_answer(std::string_view text, const ollama_answer_options& options) {
    return invalid_answer_error(options.exception_name, text, options.requested_model);
}

std::optional<std::int64_t> ollama_count(const document& answer, const char* name) {
    constexpr std::uint64_t most = 1ULL << 53U;
    const auto found = answer.find(name);
    if (found == answer.end() || !found->is_number_unsigned()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(std::min(found->get<std::uint64_t>(), most));
}

result<document> read_ollama_document(std::string_view text, const ollama_answer_options& options) {
    auto answer = parse_document(text);
    if (!answer || !answer->is_object()) {
        return not_an_answer(text, options);
    }
    const auto failure = answer->find("error");
    if (failure != answer->end() && !failure->is_null()) {
        const call_names names{options.requested_model, options.target};
        return ollama_error(told_status(*answer), text, options.exception_name, names);
    }
    return std::move(*answer);
}

result<ollama_part> read_ollama_part(std::string_view text, const ollama_answer_options& options) {
    const auto answer = read_ollama_document(text, options);
    if (!answer) {
        return answer.error();
    }
    ollama_part out;
    const auto done = answer->find("done");
    out.done = done != answer->end() && done->is_boolean() && done->get<bool>();
    out.done_reason = text_of(*answer, "done_reason");
    out.prompt_tokens = ollama_count(*answer, "prompt_eval_count");
    out.completion_tokens = ollama_count(*answer, "eval_count");
    if (options.route == ollama_route::generate) {
        if (!answer->contains("response")) {
            return not_an_answer(text, options);
        }
        out.text = text_of(*answer, "response");
        out.thinking = text_of(*answer, "thinking");
        return out;
    }
    const auto message = answer->find("message");
    if (message == answer->end() || !message->is_object()) {
        return not_an_answer(text, options);
    }
    out.text = text_of(*message, "content");
    out.thinking = text_of(*message, "thinking");
    out.calls = calls_of(*message);
    return out;
}

ollama_call call_from_text(std::string_view text) {
    ollama_call out;
    const auto parsed = parse_document(trim(text));
    if (!parsed || !parsed->is_object()) {
        return out;
    }
    const auto arguments = parsed->find("arguments");
    if (arguments != parsed->end() && arguments->is_object()) {
        out.name = text_of(*parsed, "name");
        out.arguments = dump_json(*arguments);
    }
    return out;
}

} // namespace llm_proxy::providers
