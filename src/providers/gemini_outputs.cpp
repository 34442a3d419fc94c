#include "llm_proxy/providers/gemini_outputs.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/embedding_vector.hpp"
#include "llm_proxy/providers/gemini_errors.hpp"
#include "llm_proxy/providers/gemini_message.hpp"
#include "llm_proxy/providers/gemini_usage.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace llm_proxy::providers {

namespace {

void append_little_endian(std::string& out, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
}

void append_image(std::string_view base64, document& data) {
    if (!base64.empty()) {
        document item;
        item["b64_json"] = base64;
        data.push_back(std::move(item));
    }
}

/// Without the sketches that a model makes while it thinks.
document generated_images(const document& answer) {
    auto data = document::array();
    for (const document& candidate : wire::list(answer, "candidates")) {
        for (const document& part : wire::list(wire::member(candidate, "content"), "parts")) {
            const document& media = wire::member(part, "inlineData");
            if (text_of(media, "mimeType").starts_with("image/") && !wire::flag(part, "thought")) {
                append_image(text_of(media, "data"), data);
            }
        }
    }
    for (const document& prediction : wire::list(answer, "predictions")) {
        append_image(text_of(prediction, "bytesBase64Encoded"), data);
    }
    return data;
}

/// The number after `name=` in a media type, or `otherwise` if there is none.
std::uint32_t media_parameter(std::string_view mime, std::string_view name, std::uint32_t most,
                              std::uint32_t otherwise) {
    for (std::string_view part : split(mime, ';')) {
        part = trim(part);
        if (!starts_with_i(part, name) || part.substr(name.size()).substr(0, 1) != "=") {
            continue;
        }
        const std::string_view digits = part.substr(name.size() + 1);
        std::uint32_t value = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (read.ec == std::errc() && value > 0 && value <= most) {
            return value;
        }
    }
    return otherwise;
}

std::uint32_t rate_of(std::string_view mime) {
    return media_parameter(mime, "rate", 768000, 24000);
}

std::uint32_t channels_of(std::string_view mime) {
    return media_parameter(mime, "channels", 8, 1);
}

/// http://soundfile.sapp.org/doc/WaveFormat/
std::string with_wave_header(std::string_view mime, std::string_view samples) {
    constexpr std::uint32_t sample_bytes = 2;
    constexpr std::uint32_t header_bytes = 36; // those that the size in the header counts
    const std::uint32_t rate = rate_of(mime);
    const std::uint32_t channels = channels_of(mime);
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(
        samples.size(), std::numeric_limits<std::uint32_t>::max() - header_bytes));
    std::string out = "RIFF";
    append_little_endian(out, header_bytes + size, 4);
    out += "WAVEfmt ";
    append_little_endian(out, 16, 4); // of the format's description
    append_little_endian(out, 1, 2);  // PCM
    append_little_endian(out, channels, 2);
    append_little_endian(out, rate, 4);
    append_little_endian(out, rate * channels * sample_bytes, 4);
    append_little_endian(out, channels * sample_bytes, 2);
    append_little_endian(out, 8 * sample_bytes, 2);
    out += "data";
    append_little_endian(out, size, 4);
    return out.append(samples);
}

/// The media type without parameters, if it can stand in a header.
std::string bare_type(std::string_view mime) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789/+-.";
    std::string type = lower(mime.substr(0, mime.find(';')));
    const bool fits = type.size() <= 64 && type.find_first_not_of(allowed) == std::string::npos;
    return fits ? type : "application/octet-stream";
}

bool is_pcm(std::string_view mime) {
    return starts_with_i(mime, "audio/l16") || starts_with_i(mime, "audio/pcm") ||
           lower(mime).find("codec=pcm") != std::string::npos;
}

translated_body sound_of(std::string_view mime, std::string samples, std::string_view format) {
    if (!is_pcm(mime)) {
        return {bare_type(mime), std::move(samples)};
    }
    if (const auto known = audio::format_named(format)) {
        const sound_encoding how{*known, rate_of(mime), channels_of(mime)};
        return {std::string(audio::media_type_of(*known)), std::move(samples), how};
    }
    if (format == "pcm") {
        return {"audio/pcm", std::move(samples)};
    }
    return {"audio/wav", with_wave_header(mime, samples)};
}

} // namespace

result<translated_body> gemini_embeddings(const document& answer,
                                          const gemini_answer_options& options) {
    const document& embeddings = wire::list(answer, "embeddings");
    if (embeddings.empty()) {
        return gemini_invalid_answer(dump_json(answer), options.requested_model);
    }
    auto data = document::array();
    for (const document& embedding : embeddings) {
        const document& values = wire::member(embedding, "values");
        if (!is_vector(values)) {
            return gemini_invalid_answer(dump_json(answer), options.requested_model);
        }
        document item{{"object", "embedding"}, {"index", data.size()}};
        if (options.base64_embeddings) {
            item["embedding"] = packed_vector(values);
        } else {
            item["embedding"] = values;
        }
        data.push_back(std::move(item));
    }
    document out{{"object", "list"}};
    out["data"] = std::move(data);
    out["model"] = options.model;
    const std::int64_t tokens =
        wire::count(wire::member(answer, "usageMetadata"), "promptTokenCount");
    if (tokens > 0) {
        out["usage"] = {{"prompt_tokens", tokens}, {"total_tokens", tokens}};
    }
    return translated_body{.bytes = dump_json(out)};
}

result<translated_body> gemini_image_answer(const document& answer,
                                            const gemini_answer_options& options) {
    document data = generated_images(answer);
    if (data.empty()) {
        return gemini_missing_output(answer, "image", options.requested_model);
    }
    document out;
    out["created"] = options.created;
    out["data"] = std::move(data);
    if (const document& counted = wire::member(answer, "usageMetadata"); counted.is_object()) {
        out["usage"] = gemini_image_usage(counted);
    }
    return translated_body{.bytes = dump_json(out)};
}

result<translated_body> gemini_speech(const document& answer,
                                      const gemini_answer_options& options) {
    const document& candidates = wire::list(answer, "candidates");
    const document none;
    const gemini_message said =
        read_gemini_message(candidates.empty() ? none : candidates.front(), options.random);
    if (said.audio.empty()) {
        return gemini_missing_output(answer, "audio", options.requested_model);
    }
    const std::string_view mime = said.audio.front().mime;
    auto samples = base64_decode(gemini_audio_data(said));
    if (!samples || samples->empty()) {
        return gemini_missing_output(answer, "audio that can be read", options.requested_model);
    }
    translated_body out = sound_of(mime, *std::move(samples), options.speech_format);
    if (const document& counted = wire::member(answer, "usageMetadata"); counted.is_object()) {
        out.usage = dump_json(gemini_usage(counted, {}));
    }
    return out;
}

} // namespace llm_proxy::providers
