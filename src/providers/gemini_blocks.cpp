#include "llm_proxy/providers/gemini_blocks.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace llm_proxy::providers {

namespace {

result<void> add_media(const media_source& source, gemini_media& media, document& parts) {
    auto part = media.part(source);
    if (!part) {
        return part.error();
    }
    parts.push_back(*std::move(part));
    return {};
}

result<void> add_audio(const document& block, gemini_media& media, document& parts) {
    const document* audio = member_of(block, "input_audio");
    const std::string_view data = audio == nullptr ? std::string_view() : text_of(*audio, "data");
    const std::string_view format =
        audio == nullptr ? std::string_view() : text_of(*audio, "format");
    if (data.empty()) {
        return bad_request("An input_audio block has no data.");
    }
    if (data.starts_with("data:")) {
        return add_media({.url = data}, media, parts);
    }
    if (format.empty()) {
        return bad_request("An input_audio block has no format.");
    }
    return add_media({.url = "data:audio/" + std::string(format) + ";base64," + std::string(data)},
                     media, parts);
}

result<void> add_file(const document& block, std::string_view place, gemini_media& media,
                      document& parts) {
    const document* file = member_of(block, "file");
    const std::string_view id =
        file == nullptr ? std::string_view() : first_text_of(*file, {"file_id", "file_data"});
    if (id.empty()) {
        return bad_request("A file block has neither file_id nor file_data.");
    }
    const std::string_view format = media_format(*file);
    if (id.starts_with("files/") && !format.empty()) {
        return add_media({.url = std::string(google_api) + std::string(id), .format = format},
                         media, parts);
    }
    const bool is_url = id.find("://") != id.npos || id.starts_with("data:");
    if (!is_url) {
        const std::string shown(id.substr(0, 64));
        return bad_request("Unable to determine mime type for file: " + shown +
                           ", set this explicitly using " + std::string(place) +
                           ".file.format (or file.mime_type/content_type). Original error: "
                           "Invalid image received - " +
                           shown);
    }
    return add_media({.url = id,
                      .format = format,
                      .detail = text_of(*file, "detail"),
                      .video = member_of(*file, "video_metadata")},
                     media, parts);
}

} // namespace

result<void> add_image(const document& block, gemini_media& media, document& parts) {
    const document* image = member_of(block, "image_url");
    if (image == nullptr) {
        return bad_request("An image_url block has no image_url.");
    }
    if (image->is_string()) {
        return add_media({.url = text_of(block, "image_url")}, media, parts);
    }
    return add_media({.url = text_of(*image, "url"),
                      .format = media_format(*image),
                      .detail = text_of(*image, "detail"),
                      .video = member_of(*image, "video_metadata")},
                     media, parts);
}

result<void> add_block(const document& block, std::string_view place, gemini_media& media,
                       document& parts) {
    const std::string_view type = text_of(block, "type");
    if (type.empty()) {
        return bad_request(std::string(place) + " is no content block.");
    }
    if (type == "text") {
        const document* text = member_of(block, "text");
        if (text == nullptr || !text->is_string()) {
            return bad_request(std::string(place) + " has no text.");
        }
        if (!text->get_ref<const std::string&>()
                 .empty()) { // Gemini refuses an empty one beside others
            parts.push_back({{"text", *text}});
        }
        return {};
    }
    if (type == "image_url") {
        return add_image(block, media, parts);
    }
    if (type == "input_audio") {
        return add_audio(block, media, parts);
    }
    if (type == "file") {
        return add_file(block, place, media, parts);
    }
    return {}; // such as video_url: LiteLLM leaves them out, too
}

} // namespace llm_proxy::providers
