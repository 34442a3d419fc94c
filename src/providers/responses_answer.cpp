#include "llm_proxy/providers/responses_answer.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/providers/responses_stream.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::providers {

namespace {

/// The texts of all parts of a type in all message items.
std::string parts_text(const document& output, std::string_view type, std::string_view member) {
    std::string out;
    for (const document& item : output) {
        if (text_of(item, "type") != "message") {
            continue;
        }
        for (const document& part : wire::list(item, "content")) {
            if (text_of(part, "type") == type) {
                out += text_of(part, member);
            }
        }
    }
    return out;
}

std::string reasoning_text(const document& output) {
    std::string out;
    for (const document& item : output) {
        if (text_of(item, "type") != "reasoning") {
            continue;
        }
        const document& summary = wire::list(item, "summary");
        for (const document& part : summary.empty() ? wire::list(item, "content") : summary) {
            if (const std::string_view text = text_of(part, "text"); !text.empty()) {
                out.append(out.empty() ? "" : responses_paragraph).append(text);
            }
        }
    }
    return out;
}

document calls_of(const document& output, random_source* random) {
    document out = document::array();
    for (const document& item : output) {
        if (!is_call(item)) {
            continue;
        }
        document call{{"id", call_id_of(item, random)}, {"type", "function"}};
        call["function"] = {{"name", text_of(item, "name")}, {"arguments", call_input_of(item)}};
        out.push_back(std::move(call));
    }
    return out;
}

document message_of(const document& output, random_source* random) {
    document message{{"role", "assistant"}};
    document calls = calls_of(output, random);
    std::string text = output_text(output);
    message["content"] = text.empty() && !calls.empty() ? document() : document(std::move(text));
    if (std::string refusal = parts_text(output, "refusal", "refusal"); !refusal.empty()) {
        message["refusal"] = std::move(refusal);
    }
    if (!calls.empty()) {
        message["tool_calls"] = std::move(calls);
    }
    if (std::string reasoning = reasoning_text(output); !reasoning.empty()) {
        message["reasoning_content"] = std::move(reasoning);
    }
    if (document items = reasoning_items(output); !items.empty()) {
        message["reasoning_items"] = std::move(items);
    }
    return message;
}

document chat_of(const document& response, const responses_options& options) {
    const std::string_view id = text_of(response, "id");
    const std::string_view model = text_of(response, "model");
    const std::int64_t created = wire::count(response, "created_at");
    const document& output = output_items(response);
    document out{{"id", id.empty() ? "chatcmpl-" + uuid4(options.random) : std::string(id)},
                 {"object", "chat.completion"},
                 {"created", created == 0 ? options.created : created},
                 {"model", model.empty() ? options.requested_model : std::string(model)}};
    document choice{{"index", 0}};
    choice["message"] = message_of(output, options.random);
    const bool has_calls = choice["message"].contains("tool_calls");
    choice["finish_reason"] = chat_finish_reason(response, has_calls);
    out["choices"] = document::array({std::move(choice)});
    if (const std::string_view tier = text_of(response, "service_tier"); !tier.empty()) {
        out["service_tier"] = tier;
    }
    if (document usage = chat_usage(response); !usage.is_null()) {
        out["usage"] = std::move(usage);
    }
    return out;
}

/// The status that an error stands for where there is no other.
int status_of(const document& failure) {
    if (const std::int64_t given = wire::count(failure, "code"); given >= 400 && given <= 599) {
        return static_cast<int>(given);
    }
    const std::string_view code = text_of(failure, "code");
    if (code == "rate_limit_exceeded" || code.find("quota") != code.npos) {
        return 429;
    }
    const bool is_clients = code.starts_with("invalid_") || code.find("image") != code.npos ||
                            code.ends_with("_exceeded") || code.ends_with("_not_supported");
    return is_clients ? 400 : 500;
}

class responses_translation final : public translation {
public:
    explicit responses_translation(responses_options options)
        : options_(std::move(options)), stream_(options_) {}

    result<translated_body> body(const http::response_head&, std::string_view bytes) override {
        const auto response = parse_document(bytes);
        if (!response || !response->is_object()) {
            return responses_invalid(bytes, options_);
        }
        if (const document* failure = member_of(*response, "error")) {
            return responses_failure(*failure, options_);
        }
        const std::string_view status = text_of(*response, "status");
        if (status == "failed" || status == "cancelled") {
            return responses_failure(document::object(), options_);
        }
        if (!response->contains("output")) {
            return responses_invalid(bytes, options_);
        }
        return translated_body{.bytes = dump_json(chat_of(*response, options_))};
    }

    result<void> event(std::string_view data, std::vector<std::string>& chunks) override {
        return stream_.event(data, chunks);
    }

    result<void> finish(std::vector<std::string>& chunks) override {
        return stream_.finish(chunks);
    }

private:
    responses_options options_;
    responses_stream stream_; // refers to the options
};

} // namespace

std::unique_ptr<translation> make_responses_translation(responses_options options) {
    return std::make_unique<responses_translation>(std::move(options));
}

error responses_invalid(std::string_view text, const responses_options& options) {
    return invalid_answer_error(options.target->adapter->exception_name(),
                                presentable(text, *options.target), options.requested_model);
}

error responses_failure(const document& failure, const responses_options& options) {
    document body{{"error", failure}};
    if (failure.empty()) {
        body["error"] = "the answer failed";
    }
    const std::string text = dump_json(body);
    const upstream_answer answer{status_of(failure), text};
    return options.target->adapter->classify(answer, {options.requested_model, options.target});
}

const document& output_items(const document& response) {
    return wire::list(response, "output");
}

document chat_usage(const document& response) {
    const document* given = member_of(response, "usage");
    if (given == nullptr || !given->is_object()) {
        return nullptr;
    }
    const std::int64_t in = wire::count(*given, "input_tokens");
    const std::int64_t out = wire::count(*given, "output_tokens");
    const std::int64_t total = wire::count(*given, "total_tokens");
    document usage{{"prompt_tokens", in},
                   {"completion_tokens", out},
                   {"total_tokens", total == 0 ? in + out : total}};
    if (const document* details = member_of(*given, "input_tokens_details")) {
        usage["prompt_tokens_details"] = *details;
    }
    if (const document* details = member_of(*given, "output_tokens_details")) {
        usage["completion_tokens_details"] = *details;
    }
    return usage;
}

std::string_view chat_finish_reason(const document& response, bool has_calls) {
    const document* details = member_of(response, "incomplete_details");
    const std::string_view reason =
        details == nullptr ? std::string_view() : text_of(*details, "reason");
    if (text_of(response, "status") == "incomplete" || !reason.empty()) {
        return reason == "content_filter" ? "content_filter" : "length";
    }
    return has_calls ? "tool_calls" : "stop";
}

bool is_call(const document& item) {
    const std::string_view type = text_of(item, "type");
    return type == "function_call" || type == "custom_tool_call";
}

std::string call_id_of(const document& item, random_source* random) {
    const std::string_view id = first_text_of(item, {"call_id", "id"});
    return id.empty() ? "call_" + uuid4(random) : std::string(id);
}

std::string_view call_input_of(const document& item) {
    return text_of(item, text_of(item, "type") == "custom_tool_call" ? "input" : "arguments");
}

std::string output_text(const document& output) {
    return parts_text(output, "output_text", "text");
}

document reasoning_items(const document& output) {
    document out = document::array();
    for (const document& item : output) {
        if (text_of(item, "type") != "reasoning") {
            continue;
        }
        document kept{{"type", "reasoning"}};
        for (const char* name : {"id", "encrypted_content"}) {
            const document* value = member_of(item, name);
            kept[name] = value == nullptr ? document() : *value;
        }
        kept["summary"] = wire::list(item, "summary");
        out.push_back(std::move(kept));
    }
    return out;
}

} // namespace llm_proxy::providers
