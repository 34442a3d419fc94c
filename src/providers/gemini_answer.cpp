#include "llm_proxy/providers/gemini_answer.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/gemini_candidate.hpp"
#include "llm_proxy/providers/gemini_errors.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/gemini_message.hpp"
#include "llm_proxy/providers/gemini_outputs.hpp"
#include "llm_proxy/providers/gemini_stream.hpp"
#include "llm_proxy/providers/gemini_text.hpp"
#include "llm_proxy/providers/gemini_transcription.hpp"
#include "llm_proxy/providers/gemini_usage.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

document text_or_null(const std::string& text) {
    return text.empty() ? document() : document(text);
}

/// The members of a message that come from the candidate's parts.
void write_parts(const gemini_message& said, const gemini_answer_options& options,
                 document& message) {
    if (!said.audio.empty()) {
        message["audio"] = gemini_audio_json(said, options.created, options.random);
        message["content"] = nullptr; // its text is the audio's transcript
    }
    if (!said.reasoning.empty()) {
        message["reasoning_content"] = said.reasoning;
    }
    if (!said.calls.empty() && options.legacy_functions) {
        message["function_call"] = gemini_function_call_json(said);
    } else if (!said.calls.empty()) {
        message["tool_calls"] = gemini_tool_calls_json(said, 0);
    }
    message["images"] = gemini_images_json(said, 0);
    auto blocks = document::array();
    for (const auto& thought : said.thoughts) {
        document block{{"type", "thinking"}, {"thinking", thought.text}};
        if (!thought.signature.empty()) {
            block["signature"] = thought.signature;
        }
        blocks.push_back(std::move(block));
    }
    message["thinking_blocks"] = std::move(blocks);
}

document message_json(const document& candidate, const gemini_message& said,
                      const gemini_answer_options& options) {
    document message{{"role", "assistant"}};
    message["content"] = text_or_null(said.content);
    if (said.any_part) {
        write_parts(said, options, message);
    }
    if (document annotations = gemini_annotations(candidate); !annotations.empty()) {
        message["annotations"] = std::move(annotations);
    }
    if (!said.signatures.empty()) {
        message["provider_specific_fields"]["thought_signatures"] = said.signatures;
    }
    return message;
}

document choice_json(const document& candidate, std::size_t position,
                     const gemini_answer_options& options) {
    const gemini_message said = read_gemini_message(candidate, options.random);
    const std::string_view native = text_of(candidate, "finishReason");
    const bool numbered = candidate.is_object() && candidate.contains("index");
    document choice;
    choice["index"] =
        numbered ? wire::count(candidate, "index") : static_cast<std::int64_t>(position);
    choice["message"] = message_json(candidate, said, options);
    if (document logprobs = gemini_logprobs(candidate); !logprobs.is_null()) {
        choice["logprobs"] = std::move(logprobs);
    }
    std::string_view reason = gemini_finish_reason(native);
    if (!said.calls.empty()) {
        reason = options.legacy_functions ? "function_call" : "tool_calls";
    }
    choice["finish_reason"] = reason;
    if (!native.empty()) {
        choice["provider_specific_fields"]["native_finish_reason"] = native;
    }
    return choice;
}

document head_json(std::string id, const gemini_answer_options& options) {
    if (id.empty()) {
        id = "chatcmpl-" + wire::random_hex(options.random, 32);
    }
    return {{"id", std::move(id)},
            {"object", "chat.completion"},
            {"created", options.created},
            {"model", options.model}};
}

bool is_withheld(const document& answer) {
    const document& candidates = wire::list(answer, "candidates");
    return gemini_prompt_blocked(answer) ||
           (!candidates.empty() && gemini_withholds(text_of(candidates.front(), "finishReason")));
}

/// A refusal is an answer, not an error; nothing that was said before it is shown.
document withheld_chat(const document& answer, const gemini_answer_options& options) {
    document out = head_json({}, options);
    document choice{{"index", 0}};
    choice["message"] = {{"role", "assistant"}, {"content", nullptr}};
    choice["finish_reason"] = "content_filter";
    out["choices"] = document::array({std::move(choice)});
    if (const document& counted = wire::member(answer, "usageMetadata"); counted.is_object()) {
        out["usage"] = gemini_total_usage(counted);
    }
    return out;
}

std::string service_tier(const http::response_head& head) {
    return openai_service_tier(head.headers.find("x-gemini-service-tier").value_or(""));
}

void add_service_tier(const http::response_head& head, const document& counted, document& out) {
    std::string tier = service_tier(head);
    if (tier.empty()) {
        tier = openai_service_tier(text_of(counted, "serviceTier"));
    }
    if (!tier.empty()) {
        out["service_tier"] = std::move(tier);
    }
}

document chat_json(const http::response_head& head, const document& answer,
                   const gemini_answer_options& options) {
    if (is_withheld(answer)) {
        return withheld_chat(answer, options);
    }
    const document& candidates = wire::list(answer, "candidates");
    document out = head_json(std::string(text_of(answer, "responseId")), options);
    auto choices = document::array();
    for (const document& candidate : candidates) {
        choices.push_back(choice_json(candidate, choices.size(), options));
    }
    out["choices"] = std::move(choices);
    if (const document& counted = wire::member(answer, "usageMetadata"); counted.is_object()) {
        out["usage"] = gemini_usage(counted, count_gemini_lookups(candidates));
    }
    add_service_tier(head, wire::member(answer, "usageMetadata"), out);
    add_gemini_metadata(candidates, false, out);
    return out;
}

bool is_chat_answer(const document& answer) {
    constexpr std::array names{"candidates", "promptFeedback", "usageMetadata"};
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return answer.contains(name); });
}

class gemini_translation final : public translation {
public:
    explicit gemini_translation(gemini_answer_options options)
        : options_(std::move(options)), stream_(options_) {}

    result<translated_body> body(const http::response_head& head, std::string_view bytes) override {
        const document parsed = parse_document(bytes).value_or(nullptr);
        const document& answer = parsed.is_array() && parsed.size() == 1 ? parsed.front() : parsed;
        if (!answer.is_object()) {
            return gemini_invalid_answer(bytes, options_.requested_model);
        }
        if (auto failure = gemini_reported_error(answer, options_.requested_model)) {
            return std::move(*failure);
        }
        switch (options_.type) {
        case model::call_type::embedding:
            return gemini_embeddings(answer, options_);
        case model::call_type::image_generation:
            return gemini_image_answer(answer, options_);
        case model::call_type::speech:
            return gemini_speech(answer, options_);
        case model::call_type::transcription:
            return gemini_transcript(answer, options_);
        default:
            break;
        }
        if (!is_chat_answer(answer)) {
            return gemini_invalid_answer(bytes, options_.requested_model);
        }
        document chat = chat_json(head, answer, options_);
        if (options_.type == model::call_type::completion) {
            chat = text_completion(chat);
        }
        return translated_body{.bytes = dump_json(chat)};
    }

    void begin(const http::response_head& head) override {
        stream_.use_service_tier(service_tier(head));
    }

    result<void> event(std::string_view data, std::vector<std::string>& chunks) override {
        return stream_.event(data, chunks);
    }

    result<void> finish(std::vector<std::string>& chunks) override {
        return stream_.finish(chunks);
    }

private:
    gemini_answer_options options_;
    gemini_stream stream_; // refers to the options
};

} // namespace

std::unique_ptr<translation> make_gemini_translation(gemini_answer_options options) {
    return std::make_unique<gemini_translation>(std::move(options));
}

} // namespace llm_proxy::providers
