#include "llm_proxy/providers/gemini_generation.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/camel_case.hpp"
#include "llm_proxy/providers/gemini_schema.hpp"
#include "llm_proxy/providers/gemini_thinking.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

namespace {

struct renamed {
    std::string_view name;
    const char* field;
    bool old_only = false; // generation 3 refuses it
};

/// Later rows win.
constexpr std::array renames{
    renamed{"temperature", "temperature"},
    renamed{"top_p", "topP"},
    renamed{"max_tokens", "maxOutputTokens"},
    renamed{"max_completion_tokens", "maxOutputTokens"},
    renamed{"n", "candidateCount"},
    renamed{"seed", "seed"},
    renamed{"presence_penalty", "presencePenalty", true},
    renamed{"frequency_penalty", "frequencyPenalty", true},
    renamed{"logprobs", "responseLogprobs"},
};

/// Fields that a client may name itself; `logprobs` means something else in OpenAI's dialect.
constexpr std::array<std::string_view, 17> own_fields{
    "temperature",        "topP",        "topK",           "candidateCount",   "maxOutputTokens",
    "stopSequences",      "seed",        "responseSchema", "responseMimeType", "responseJsonSchema",
    "responseFormat",     "imageConfig", "thinkingConfig", "responseLogprobs", "mediaResolution",
    "responseModalities", "speechConfig"};

void write_plain(const document& parameters, const gemini_model& model, document& config) {
    for (const renamed& row : renames) {
        const document* value = member_of(parameters, row.name);
        if (value != nullptr && !(row.old_only && model.third_generation)) {
            config[row.field] = *value;
        }
    }
    const document* stop = member_of(parameters, "stop");
    if (stop != nullptr && stop->is_string()) {
        config["stopSequences"] = document::array({*stop});
    } else if (stop != nullptr && stop->is_array()) {
        config["stopSequences"] = *stop;
    }
}

/// The schema of any of the forms of `response_format`; null if there is none.
const document* schema_of(const document& format) {
    if (const document* own = member_of(format, "response_schema")) {
        return own;
    }
    const document* named = member_of(format, "json_schema");
    return text_of(format, "type") == "json_schema" && named != nullptr
               ? member_of(*named, "schema")
               : nullptr;
}

result<void> write_response_format(const document& parameters, const gemini_model& model,
                                   document& config) {
    const document* format = member_of(parameters, "response_format");
    if (format == nullptr || !format->is_object()) {
        return {};
    }
    const document* schema = schema_of(*format);
    const std::string_view type = text_of(*format, "type");
    if (type == "text" && schema == nullptr) {
        config["responseMimeType"] = "text/plain";
    } else if (type == "json_object" || type == "json_schema" || schema != nullptr) {
        config["responseMimeType"] = "application/json";
    }
    if (schema == nullptr || !schema->is_object()) {
        return {};
    }
    if (model.json_schema) {
        document own = *schema;
        own.erase("strict");
        config["responseJsonSchema"] = std::move(own);
        return {};
    }
    auto converted = gemini_schema(*schema);
    if (!converted) {
        return converted.error();
    }
    order_properties(*converted);
    config["responseSchema"] = *std::move(converted);
    return {};
}

const char* modality(const document& name) {
    constexpr std::array<std::pair<const char*, const char*>, 4> known{
        {{"text", "TEXT"}, {"image", "IMAGE"}, {"audio", "AUDIO"}, {"video", "VIDEO"}}};
    for (const auto& [lower_case, gemini_name] : known) {
        if (name == lower_case) {
            return gemini_name;
        }
    }
    return "MODALITY_UNSPECIFIED";
}

result<void> write_speech(const document& audio, document& config) {
    const document* format = member_of(audio, "format");
    if (format != nullptr && *format != "pcm16") {
        return bad_request("Unsupported audio format for Gemini TTS models. Gemini TTS models only "
                           "support 'pcm16' format as they return audio data in L16 PCM format. "
                           "Please set audio format to 'pcm16'.");
    }
    document speech = document::object();
    if (const document* voice = member_of(audio, "voice")) {
        speech["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"] = *voice;
    }
    if (const document* language = member_of(audio, "language_code")) {
        speech["languageCode"] = *language;
    }
    config["speechConfig"] = std::move(speech);
    return {};
}

result<void> write_modalities(const document& parameters, const gemini_model& model,
                              document& config) {
    document list = document::array();
    if (const document* wanted = member_of(parameters, "modalities");
        wanted != nullptr && wanted->is_array()) {
        for (const document& name : *wanted) {
            list.push_back(modality(name));
        }
    }
    const document* audio = member_of(parameters, "audio");
    if (audio != nullptr && audio->is_object() && model.speech) {
        if (auto written = write_speech(*audio, config); !written) {
            return written;
        }
        if (std::find(list.begin(), list.end(), "AUDIO") == list.end()) {
            list.push_back("AUDIO");
        }
    }
    if (!list.empty()) {
        config["responseModalities"] = std::move(list);
    }
    return {};
}

void write_own_fields(const document& parameters, document& config) {
    for (const auto& [name, value] : parameters.items()) {
        const std::string field = camel_case(name);
        const bool openai = name == "response_format"; // the same in snake case
        if (!value.is_null() && !openai &&
            std::find(own_fields.begin(), own_fields.end(), field) != own_fields.end()) {
            config[field] = value;
        }
    }
}

bool uses_maps(const document& body) {
    const document* tools = member_of(body, "tools");
    return tools != nullptr && std::any_of(tools->begin(), tools->end(), [](const document& tool) {
               return tool.contains("googleMaps");
           });
}

/// Beside Google Maps Gemini takes a wish for JSON only in this newer form.
void move_response_format(document& config) {
    document text{{"mimeType", "APPLICATION_JSON"}};
    for (const char* name : {"responseSchema", "responseJsonSchema"}) {
        if (const document* schema = member_of(config, name)) {
            text["schema"] = *schema;
            config.erase(name);
        }
    }
    config.erase("responseMimeType");
    config["responseFormat"] = {{"text", std::move(text)}};
}

} // namespace

result<void> write_generation_config(const document& parameters, const gemini_model& model,
                                     document& body) {
    document config = document::object();
    write_plain(parameters, model, config);
    if (auto written = write_response_format(parameters, model, config); !written) {
        return written;
    }
    if (auto written = write_modalities(parameters, model, config); !written) {
        return written;
    }
    if (auto written = write_thinking(parameters, model, config); !written) {
        return written;
    }
    write_own_fields(parameters, config);
    if (model.third_generation && !config.contains("temperature")) {
        config["temperature"] = 1.0;
    }
    if (text_of(config, "responseMimeType") == "application/json" && uses_maps(body)) {
        move_response_format(config);
    }
    if (!config.empty()) {
        body["generationConfig"] = std::move(config);
    }
    return {};
}

} // namespace llm_proxy::providers
