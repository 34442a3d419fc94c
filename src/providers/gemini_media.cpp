#include "llm_proxy/providers/gemini_media.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

/// Listed for one call; whoever fetches them refuses as many.
constexpr std::size_t most_files = 100;

struct extension {
    std::string_view name;
    std::string_view type;
};

constexpr std::array extensions{
    extension{"aac", "audio/aac"},       extension{"avi", "video/avi"},
    extension{"csv", "text/csv"},        extension{"flac", "audio/flac"},
    extension{"flv", "video/x-flv"},     extension{"gif", "image/gif"},
    extension{"heic", "image/heic"},     extension{"heif", "image/heif"},
    extension{"html", "text/html"},      extension{"jpeg", "image/jpeg"},
    extension{"jpg", "image/jpeg"},      extension{"m4a", "audio/mp4"},
    extension{"mov", "video/mov"},       extension{"mp3", "audio/mpeg"},
    extension{"mp4", "video/mp4"},       extension{"mpeg", "video/mpeg"},
    extension{"mpg", "video/mpg"},       extension{"ogg", "audio/ogg"},
    extension{"opus", "audio/opus"},     extension{"pcm", "audio/pcm"},
    extension{"pdf", "application/pdf"}, extension{"png", "image/png"},
    extension{"txt", "text/plain"},      extension{"wav", "audio/wav"},
    extension{"webm", "video/webm"},     extension{"webp", "image/webp"},
    extension{"wmv", "video/wmv"},       extension{"3gpp", "video/3gpp"},
};

constexpr std::array<std::string_view, 4> details{"low", "medium", "high", "ultra_high"};

/// 1-based; 0 is none.
std::size_t detail_level(std::string_view detail) {
    const auto found = std::find(details.begin(), details.end(), detail);
    return found == details.end() ? 0 : static_cast<std::size_t>(found - details.begin()) + 1;
}

std::string resolution_name(std::size_t level) {
    constexpr std::array<std::string_view, 4> names{"LOW", "MEDIUM", "HIGH", "ULTRA_HIGH"};
    return "MEDIA_RESOLUTION_" + std::string(names[level - 1]);
}

struct signature {
    std::size_t at;
    std::string_view bytes;
    std::string_view type;
};

constexpr std::array signatures{
    signature{0, "\x89PNG\r\n\x1a\n", "image/png"},
    signature{0, "\xff\xd8\xff", "image/jpeg"},
    signature{0, "GIF8", "image/gif"},
    signature{8, "WEBP", "image/webp"},
    signature{4, "ftypheic", "image/heic"},
    signature{0, "%PDF-", "application/pdf"},
};

std::string_view type_by_bytes(std::string_view bytes) {
    const auto found =
        std::find_if(signatures.begin(), signatures.end(), [&](const signature& item) {
            return bytes.substr(std::min(item.at, bytes.size())).starts_with(item.bytes);
        });
    return found == signatures.end() ? std::string_view() : found->type;
}

/// What the client says, what the server says, what the URL ends in, what the bytes begin with.
std::string_view type_of(const media_source& source, const remote_file& file) {
    if (!source.format.empty()) {
        return source.format;
    }
    const std::string_view served = trim(split(file.content_type, ';').front());
    if (!served.empty() && !served.ends_with("/octet-stream")) {
        return served;
    }
    const auto path = source.url.substr(0, source.url.find_first_of("?#"));
    const auto by_name = type_by_extension(path);
    return by_name.empty() ? type_by_bytes(file.bytes) : by_name;
}

bool is_base64(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/' || c == '-' || c == '_' || c == '=' || c == '\r' || c == '\n';
    });
}

/// A URL may hold a password or a whole file: messages show only its beginning.
std::string shown(std::string_view url) {
    constexpr std::size_t most = 64;
    return std::string(url.substr(0, most)) + (url.size() > most ? "..." : "");
}

error invalid(std::string_view url) {
    return bad_request("Invalid image received - " + shown(url));
}

document inline_part(std::string_view data, std::string_view type) {
    return {{"inlineData", {{"data", data}, {"mimeType", type}}}};
}

document reference_part(std::string_view url, std::string_view type) {
    document file{{"fileUri", url}};
    if (!type.empty()) {
        file["mimeType"] = type;
    }
    return {{"fileData", std::move(file)}};
}

/// `data:image/png;base64,…` (RFC 2397).
result<document> inline_data(const media_source& source) {
    const std::size_t comma = source.url.find(',');
    const std::string_view head = source.url.substr(0, comma).substr(5);
    if (comma == source.url.npos || !lower(head).ends_with(";base64")) {
        return invalid(source.url);
    }
    const std::string_view data = source.url.substr(comma + 1);
    if (data.empty() || !is_base64(data)) {
        return invalid(source.url);
    }
    std::string_view type = source.format.empty() ? split(head, ';').front() : source.format;
    return inline_part(data, type.empty() ? "text/plain" : type);
}

document video_metadata(const document& video) {
    document out = document::object();
    for (const auto& [name, value] : video.items()) {
        if (name == "fps") {
            out["fps"] = value;
        } else if (name == "start_offset" || name == "startOffset") {
            out["startOffset"] = value;
        } else if (name == "end_offset" || name == "endOffset") {
            out["endOffset"] = value;
        }
    }
    return out;
}

} // namespace

result<document> gemini_media::fetched(const media_source& source) {
    const auto found =
        files_ == nullptr ? remote_file_map::const_iterator() : files_->find(source.url);
    if (files_ != nullptr && found != files_->end()) {
        const auto& file = found->second;
        const std::string_view type = type_of(source, file);
        if (type.empty()) {
            return bad_request("Error: Unable to determine image content type from the server's "
                               "headers, the URL, or the image bytes. url=" +
                               shown(source.url));
        }
        return inline_part(base64_encode(file.bytes), type);
    }
    if (wanted_ == nullptr) {
        return bad_request("Error: Unable to fetch image from URL. The proxy could not resolve "
                           "this host or its URL policy rejected it. url=" +
                           shown(source.url));
    }
    const bool listed = std::find(wanted_->begin(), wanted_->end(), source.url) != wanted_->end();
    if (!listed && wanted_->size() < most_files) {
        wanted_->emplace_back(source.url);
    }
    return document::object();
}

result<document> gemini_media::data_of(const media_source& source) {
    if (starts_with_i(source.url, "data:")) {
        return inline_data(source);
    }
    if (source.url.starts_with("gs://")) {
        const auto type = source.format.empty() ? type_by_extension(source.url) : source.format;
        if (type.empty()) {
            return bad_request("Unable to determine mime type for gs URI: " + shown(source.url) +
                               ". Set it explicitly using image_url.format or file.format.");
        }
        return reference_part(source.url, type);
    }
    if (source.url.starts_with(std::string(google_api) + "files/")) {
        return reference_part(source.url, source.format);
    }
    if (starts_with_i(source.url, "http://") || starts_with_i(source.url, "https://")) {
        return fetched(source);
    }
    return invalid(source.url);
}

result<document> gemini_media::part(const media_source& source) {
    auto out = data_of(source);
    if (!out) {
        return out;
    }
    const std::size_t level = detail_level(source.detail);
    if (level != 0 && model_.third_generation) {
        (*out)["mediaResolution"] = {{"level", resolution_name(level)}};
    }
    finest_ = std::max(finest_, level);
    if (source.video != nullptr && source.video->is_object()) {
        (*out)["videoMetadata"] = video_metadata(*source.video);
    }
    return out;
}

std::string gemini_media::resolution() const {
    return finest_ == 0 || !model_.global_resolution ? std::string() : resolution_name(finest_);
}

std::string_view type_by_extension(std::string_view name) {
    const std::string ending = lower(name.substr(name.rfind('.') + 1));
    const auto found = std::find_if(extensions.begin(), extensions.end(),
                                    [&](const extension& item) { return item.name == ending; });
    return found == extensions.end() ? std::string_view() : found->type;
}

std::string_view media_format(const document& object) {
    return first_text_of(object, {"format", "mime_type", "content_type"});
}

} // namespace llm_proxy::providers
