#include "llm_proxy/providers/gemini_routes.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_tools.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace llm_proxy::providers {

namespace {

struct ratio {
    std::string_view name;
    double value;
};

constexpr std::array ratios{
    ratio{"1:1", 1.0},       ratio{"1:4", 1.0 / 4},  ratio{"1:8", 1.0 / 8}, ratio{"2:3", 2.0 / 3},
    ratio{"3:2", 3.0 / 2},   ratio{"3:4", 3.0 / 4},  ratio{"4:1", 4.0},     ratio{"4:3", 4.0 / 3},
    ratio{"4:5", 4.0 / 5},   ratio{"5:4", 5.0 / 4},  ratio{"8:1", 8.0},     ratio{"9:16", 9.0 / 16},
    ratio{"16:9", 16.0 / 9}, ratio{"21:9", 21.0 / 9}};

struct dimensions {
    double width;
    double height;
};

std::optional<double> read_side(std::string_view text) {
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value <= 0) {
        return std::nullopt;
    }
    return value;
}

std::optional<dimensions> read_size(std::string_view size) {
    const std::string text = lower(size);
    const auto sides = split(text, 'x');
    if (sides.size() != 2) {
        return std::nullopt;
    }
    const auto width = read_side(sides[0]);
    const auto height = read_side(sides[1]);
    if (!width || !height) {
        return std::nullopt;
    }
    return dimensions{*width, *height};
}

std::string_view nearest_ratio(const dimensions& size) {
    const ratio* best = nullptr;
    double least = 0;
    for (const ratio& candidate : ratios) {
        const double distance = std::abs(std::log(candidate.value * size.height / size.width));
        if (best == nullptr || distance < least) {
            best = &candidate;
            least = distance;
        }
    }
    return best->name;
}

std::string_view resolution_of(const dimensions& size) {
    const double side = std::sqrt(size.width * size.height);
    if (side < 768) {
        return "512";
    }
    if (side < 1536) {
        return "1K";
    }
    return side < 3072 ? "2K" : "4K";
}

/// Generation 2.5 draws in one resolution only.
bool has_resolutions(const gemini_model& model) {
    return model.name.find("2.5-flash") == std::string::npos;
}

document image_config(const document& parameters, const gemini_model& model) {
    document out = document::object();
    if (const auto size = read_size(text_of(parameters, "size"))) {
        out["aspectRatio"] = nearest_ratio(*size);
        out["imageSize"] = resolution_of(*size);
    }
    if (const document* own = member_of(parameters, "imageConfig");
        own != nullptr && own->is_object()) {
        out = *own;
    }
    if (model.gemini_family && !has_resolutions(model)) {
        out.erase("imageSize");
    }
    return out;
}

result<document> drawing_body(const document& parameters, const gemini_model& model,
                              std::string_view prompt) {
    document config{{"responseModalities", document::array({"IMAGE", "TEXT"})}};
    if (document image = image_config(parameters, model); !image.empty()) {
        config["imageConfig"] = std::move(image);
    }
    if (const document* count = member_of(parameters, "n")) {
        config["candidateCount"] = *count;
    }
    document parts = document::array({document{{"text", prompt}}});
    document body{{"contents", document::array({document{{"parts", std::move(parts)}}})},
                  {"generationConfig", std::move(config)}};
    if (auto written = write_tools(parameters, body); !written) {
        return written.error();
    }
    return body;
}

document imagen_body(const document& parameters, const gemini_model& model,
                     std::string_view prompt) {
    document settings = image_config(parameters, model);
    if (const document* count = member_of(parameters, "n")) {
        settings["sampleCount"] = *count;
    }
    return {{"instances", document::array({document{{"prompt", prompt}}})},
            {"parameters", std::move(settings)}};
}

/// Text, or media where the text is the name of some.
result<document> embedding_part(const document& input, const gemini_model& model) {
    const auto* text = input.get_ptr<const std::string*>();
    if (text == nullptr) {
        return bad_request(input.is_number()
                               ? "Gemini embeddings take texts; token ids are not supported."
                               : "'input' must be a string or a list of strings.");
    }
    const bool data = text->starts_with("data:") && text->find(";base64,") != std::string::npos;
    gemini_media media(model, nullptr);
    if (data || text->starts_with("gs://")) {
        return media.part({.url = *text});
    }
    if (text->starts_with("files/")) {
        const std::string url = std::string(google_api) + *text;
        return media.part({.url = url});
    }
    return document{{"text", *text}};
}

/// One embedding: of a text, or of the parts of a list.
result<document> embedding_request(const document& input, const gemini_model& model) {
    document parts = document::array();
    const document single = input.is_array() ? document() : document::array({input});
    const document& list = input.is_array() ? input : single;
    for (const document& item : list) {
        auto part = embedding_part(item, model);
        if (!part) {
            return part;
        }
        parts.push_back(*std::move(part));
    }
    if (parts.empty()) {
        return bad_request("'input' must not hold an empty list.");
    }
    return document{{"model", "models/" + model.name}, {"content", {{"parts", std::move(parts)}}}};
}

void copy_first(const document& parameters, std::initializer_list<std::string_view> names,
                const char* field, document& out) {
    for (const std::string_view name : names) {
        if (const document* value = member_of(parameters, name)) {
            out[field] = *value;
            return;
        }
    }
}

} // namespace

std::string aspect_ratio(std::string_view size) {
    const auto read = read_size(size);
    return read ? std::string(nearest_ratio(*read)) : std::string();
}

result<document> embedding_body(const document& parameters, const gemini_model& model) {
    const document* input = member_of(parameters, "input");
    if (input == nullptr || (input->is_array() && input->empty())) {
        return bad_request("'input' must not be empty.");
    }
    const document single = input->is_array() ? document() : document::array({*input});
    document requests = document::array();
    for (const document& item : input->is_array() ? *input : single) {
        auto request = embedding_request(item, model);
        if (!request) {
            return request;
        }
        copy_first(parameters, {"dimensions", "outputDimensionality", "output_dimensionality"},
                   "outputDimensionality", *request);
        copy_first(parameters, {"taskType", "task_type"}, "taskType", *request);
        copy_first(parameters, {"title"}, "title", *request);
        requests.push_back(*std::move(request));
    }
    return document{{"requests", std::move(requests)}};
}

result<document> image_body(const document& parameters, const gemini_model& model) {
    const std::string_view prompt = text_of(parameters, "prompt");
    if (prompt.empty()) {
        return bad_request("'prompt' must be a text.");
    }
    if (model.gemini_family) {
        return drawing_body(parameters, model, prompt);
    }
    return imagen_body(parameters, model, prompt);
}

result<std::string> speech_format(const document& parameters) {
    const document* format = member_of(parameters, "response_format");
    if (format == nullptr) {
        return std::string("wav");
    }
    const std::string_view name = text_of(parameters, "response_format");
    if (name == "wav" || name == "pcm" || audio::format_named(name)) {
        return std::string(name);
    }
    error refused =
        bad_request("Gemini TTS only produces raw PCM16 audio, so response_format='" +
                    std::string(name.substr(0, 32)) +
                    "' is not supported. Supported response formats: flac, mp3, opus, pcm, wav.");
    refused.type.clear(); // LiteLLM leaves it null here
    return refused;
}

result<document> speech_body(const document& parameters, const gemini_model& model) {
    const std::string_view input = text_of(parameters, "input");
    if (input.empty()) {
        return bad_request("'input' must be a text.");
    }
    document config{{"responseModalities", document::array({"AUDIO"})}};
    if (const document* voice = member_of(parameters, "voice")) {
        config["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"] = *voice;
    }
    if (model.third_generation) {
        config["temperature"] = 1.0;
    }
    document parts = document::array({document{{"text", input}}});
    return document{
        {"contents", document::array({document{{"role", "user"}, {"parts", std::move(parts)}}})},
        {"generationConfig", std::move(config)}};
}

} // namespace llm_proxy::providers
