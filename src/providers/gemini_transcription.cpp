#include "llm_proxy/providers/gemini_transcription.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_errors.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/subtitles.hpp"
#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr const char* plain_text = "text/plain; charset=utf-8"; // also of subtitles, as OpenAI's

/// Gemini wants a region; OpenAI's clients name the language alone. LiteLLM's choice.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> regions{{{"en", "en-US"},
                                                                                 {"es", "es-ES"},
                                                                                 {"de", "de-DE"},
                                                                                 {"fr", "fr-FR"},
                                                                                 {"it", "it-IT"},
                                                                                 {"pt", "pt-BR"},
                                                                                 {"ja", "ja-JP"},
                                                                                 {"ko", "ko-KR"},
                                                                                 {"zh", "zh-CN"},
                                                                                 {"ru", "ru-RU"},
                                                                                 {"hi", "hi-IN"},
                                                                                 {"ar", "ar-SA"}}};

std::string_view with_region(std::string_view language) {
    const std::string code = lower(language);
    const auto found = std::find_if(regions.begin(), regions.end(),
                                    [&](const auto& item) { return item.first == code; });
    return found == regions.end() ? language : found->second;
}

std::string_view value_of(const inbound_call& call, const http::form_part& part) {
    return call.body.substr(part.value_begin, part.value_end - part.value_begin);
}

/// The value of the first field of that name.
std::string_view field(const inbound_call& call, std::string_view name) {
    for (const auto& part : *call.parts) {
        if (!part.is_file && part.name == name) {
            return value_of(call, part);
        }
    }
    return {};
}

bool has_field(const inbound_call& call, std::string_view name, std::string_view value) {
    return std::any_of(call.parts->begin(), call.parts->end(), [&](const http::form_part& part) {
        return !part.is_file && part.name == name && value_of(call, part) == value;
    });
}

/// By the end of the file's name, as LiteLLM does.
std::string_view audio_type(const inbound_call& call, const http::form_part& file) {
    constexpr std::string_view key = "filename=\"";
    const std::string_view head = call.body.substr(file.begin, file.value_begin - file.begin);
    const std::size_t at = head.find(key);
    std::string_view type;
    if (at != head.npos) {
        const std::string_view name = head.substr(at + key.size());
        type = type_by_extension(name.substr(0, name.find('"')));
    }
    return type.empty() ? "audio/wav" : type;
}

document transcription_config(const inbound_call& call) {
    document config = document::object();
    if (const auto language = trim(field(call, "language")); !language.empty()) {
        config["language_codes"] = document::array({with_region(language)});
    }
    const std::string_view format = trim(field(call, "response_format"));
    if (format == "srt" || format == "vtt" ||
        has_field(call, "timestamp_granularities[]", "word") ||
        has_field(call, "timestamp_granularities", "word")) {
        config["mode"] = {{"type", "verbatim"},
                          {"timestamp_granularities", document::array({"word"})},
                          {"diarization_mode", "speaker"}};
    }
    return config;
}

/// `1.5s`.
std::optional<double> seconds(std::string_view text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr + 1 == text.data() + text.size();
    return whole && text.ends_with('s') && std::isfinite(value) ? std::optional(value)
                                                                : std::nullopt;
}

document word_json(const timed_word& word) {
    document out{{"word", word.text}};
    if (word.start) {
        out["start"] = *word.start;
    }
    if (word.end) {
        out["end"] = *word.end;
    }
    if (!word.speaker.empty()) {
        out["speaker"] = word.speaker;
    }
    return out;
}

struct transcript {
    std::string text;
    std::vector<timed_word> words; // which point into the answer
};

void add_words(const document& content, transcript& out) {
    for (const document& annotation : wire::list(content, "annotations")) {
        const std::string_view word = text_of(annotation, "text");
        if (text_of(annotation, "type") == "word_info" && !word.empty()) {
            out.words.push_back({word, seconds(text_of(annotation, "start_offset")),
                                 seconds(text_of(annotation, "end_offset")),
                                 text_of(annotation, "speaker")});
        }
    }
}

transcript read_transcript(const document& answer) {
    transcript out;
    for (const document& step : wire::list(answer, "steps")) {
        for (const document& content : wire::list(step, "content")) {
            if (text_of(content, "type") != "text") {
                continue;
            }
            out.text.append(out.text.empty() ? "" : " ").append(text_of(content, "text"));
            add_words(content, out);
        }
    }
    return out;
}

document usage_of(const document& counted) {
    std::int64_t audio = 0;
    for (const document& kind : wire::list(counted, "input_tokens_by_modality")) {
        if (text_of(kind, "modality") == "audio") {
            audio = wire::count(kind, "tokens");
        }
    }
    const std::int64_t input = wire::count(counted, "total_input_tokens");
    document out{{"type", "tokens"}, {"input_tokens", input}};
    out["output_tokens"] = wire::count(counted, "total_output_tokens");
    out["total_tokens"] = wire::count(counted, "total_tokens");
    out["input_token_details"] = {{"audio_tokens", audio},
                                  {"text_tokens", std::max<std::int64_t>(input - audio, 0)}};
    return out;
}

/// Nothing where the transcript is JSON.
std::optional<std::string> plain_transcript(const transcript& said, std::string_view format) {
    if (format == "text") {
        return said.text + "\n";
    }
    if (format == "srt") {
        return subtitles(said.words, subtitle_format::srt);
    }
    if (format == "vtt") {
        return subtitles(said.words, subtitle_format::vtt);
    }
    return std::nullopt;
}

} // namespace

result<document> transcription_body(const inbound_call& call) {
    const http::form_part* file = nullptr;
    for (const auto& part : *call.parts) {
        if (part.is_file && part.name == "file") {
            file = &part;
        }
    }
    if (file == nullptr || value_of(call, *file).empty()) {
        return bad_request("'file' must be an audio file.");
    }
    document audio{{"type", "audio"}};
    audio["data"] = base64_encode(value_of(call, *file));
    audio["mime_type"] = audio_type(call, *file);
    document body{{"model", call.upstream_model}};
    body["input"] = document::array({std::move(audio)});
    if (document config = transcription_config(call); !config.empty()) {
        body["generation_config"]["transcription_config"] = std::move(config);
    }
    return body;
}

result<std::string> transcript_format(const inbound_call& call) {
    if (call.parts == nullptr) {
        return bad_request("A transcription is asked for by a form with an audio file.");
    }
    const std::string_view format = trim(field(call, "response_format"));
    constexpr std::array<std::string_view, 5> formats{"json", "verbose_json", "text", "srt", "vtt"};
    if (format.empty()) {
        return std::string("json");
    }
    if (std::find(formats.begin(), formats.end(), format) != formats.end()) {
        return std::string(format);
    }
    return bad_request("'response_format' must be json, verbose_json, text, srt or vtt, not '" +
                       std::string(format.substr(0, 32)) + "'.");
}

result<translated_body> gemini_transcript(const document& answer,
                                          const gemini_answer_options& options) {
    if (const auto status = text_of(answer, "status"); status != "completed") {
        const std::string shown(status.empty() ? "None" : status.substr(0, 32));
        return make_error({error_class::bad_gateway, false}, 502, gemini_exception,
                          "Gemini transcription interaction did not complete (status=" + shown +
                              ").",
                          options.requested_model);
    }
    const transcript said = read_transcript(answer);
    const document& counted = wire::member(answer, "usage");
    if (auto text = plain_transcript(said, options.transcript_format)) {
        translated_body out{plain_text, *std::move(text)};
        out.usage = counted.is_object() ? dump_json(usage_of(counted)) : "";
        return out;
    }
    document out{{"text", said.text}, {"task", "transcribe"}};
    if (!said.words.empty() && said.words.back().end) {
        out["duration"] = *said.words.back().end;
    }
    for (const timed_word& word : said.words) {
        out["words"].push_back(word_json(word));
    }
    if (counted.is_object()) {
        out["usage"] = usage_of(counted);
    }
    return translated_body{.bytes = dump_json(out)};
}

} // namespace llm_proxy::providers
