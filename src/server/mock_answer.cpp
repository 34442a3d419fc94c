#include "llm_proxy/server/mock_answer.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

#include <vector>

namespace llm_proxy::server {

namespace {

constexpr std::size_t piece_characters = 3;

document mock_usage() {
    return {{"completion_tokens", 20}, {"prompt_tokens", 10}, {"total_tokens", 30}};
}

bool is_chat(const model::request_context& context) {
    return context.type == model::call_type::chat_completion;
}

document answer_head(const model::request_context& context, const char* object,
                     std::int64_t created) {
    return {{"id", (is_chat(context) ? "chatcmpl-" : "cmpl-") + context.call_id},
            {"object", object},
            {"created", created},
            {"model", context.requested_model}};
}

/// Bytes of the next `piece_characters` characters of UTF-8 text.
std::size_t piece_size(std::string_view text) {
    std::size_t at = 0;
    for (std::size_t count = 0; count < piece_characters && at < text.size(); ++count) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) {
            ++at;
        }
    }
    return at;
}

document chunk(const model::request_context& context, std::int64_t created, document choice) {
    document out = answer_head(
        context, is_chat(context) ? "chat.completion.chunk" : "text_completion", created);
    out["choices"] = document::array({std::move(choice)});
    return out;
}

document piece_choice(const model::request_context& context, std::string_view text, bool first) {
    document choice{{"index", 0}};
    if (is_chat(context)) {
        choice["delta"] = document::object();
        if (first) {
            choice["delta"]["role"] = "assistant";
        }
        choice["delta"]["content"] = text;
    } else {
        choice["text"] = text;
    }
    choice["finish_reason"] = nullptr;
    return choice;
}

std::vector<document> mock_chunks(const model::request_context& context, std::string_view text,
                                  std::int64_t created) {
    std::vector<document> out;
    while (!text.empty() || out.empty()) {
        const std::size_t size = piece_size(text);
        out.push_back(
            chunk(context, created, piece_choice(context, text.substr(0, size), out.empty())));
        text.remove_prefix(size);
    }
    document last = piece_choice(context, "", false);
    if (is_chat(context)) {
        last["delta"] = document::object();
    }
    last["finish_reason"] = "stop";
    out.push_back(chunk(context, created, std::move(last)));
    return out;
}

result<std::string> mock_embedding(const model::request_context& context, std::string_view text) {
    const auto vector = document::parse(text, nullptr, false);
    if (!vector.is_array()) {
        return error(400, "invalid_request_error",
                     "mock_response of an embedding model must be a JSON list of numbers.");
    }
    document out{{"object", "list"}, {"model", context.requested_model}};
    out["data"] = document::array({{{"object", "embedding"}, {"index", 0}, {"embedding", vector}}});
    out["usage"] = {{"prompt_tokens", 10}, {"total_tokens", 10}};
    return dump_json(out);
}

} // namespace

result<std::string> mock_answer(const model::request_context& context, std::string_view text,
                                std::int64_t created) {
    if (context.type == model::call_type::embedding) {
        return mock_embedding(context, text);
    }
    if (!model::traits_of(context.type).event_stream) {
        return error(400, "invalid_request_error",
                     "mock_response is not available for " +
                         std::string(model::traits_of(context.type).path) + ".");
    }
    document out =
        answer_head(context, is_chat(context) ? "chat.completion" : "text_completion", created);
    document choice{{"index", 0}, {"finish_reason", "stop"}};
    if (is_chat(context)) {
        choice["message"] = {{"role", "assistant"}, {"content", text}};
    } else {
        choice["text"] = text;
    }
    out["choices"] = document::array({std::move(choice)});
    out["usage"] = mock_usage();
    return dump_json(out);
}

std::string mock_stream(const model::request_context& context, std::string_view text,
                        std::int64_t created, std::string_view usage,
                        dialects::client_dialect* dialect) {
    std::vector<document> chunks = mock_chunks(context, text, created);
    if ((context.show_usage || dialect != nullptr) && !usage.empty()) {
        document counted = chunk(context, created, nullptr);
        counted["choices"] = document::array();
        counted["usage"] = document::parse(usage, nullptr, false);
        chunks.push_back(std::move(counted));
    }
    std::string out;
    if (dialect == nullptr) {
        for (const document& event : chunks) {
            out += "data: " + dump_json(event) + "\n\n";
        }
        return out + "data: [DONE]\n\n";
    }
    dialect->begin();
    for (const document& event : chunks) {
        if (const auto told = dialect->chunk(dump_json(event), out); !told) {
            dialect->fail(told.error(), out);
            return out;
        }
    }
    dialect->finish(out);
    return out;
}

} // namespace llm_proxy::server
