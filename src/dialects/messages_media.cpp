#include "llm_proxy/dialects/messages_media.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace llm_proxy::dialects {

namespace {

using providers::text_of;

/// The data or the address of a source; empty if it is of another kind.
std::string source_url(const document& source, std::string_view default_type) {
    const std::string_view kind = text_of(source, "type");
    if (kind == "url") {
        return std::string(text_of(source, "url"));
    }
    const std::string_view data = text_of(source, "data");
    if (kind != "base64" || data.empty()) {
        return {};
    }
    const std::string_view type = text_of(source, "media_type");
    std::string out = "data:";
    out.append(type.empty() ? default_type : type).append(";base64,").append(data);
    return out;
}

document text_part(std::string_view text) {
    return {{"type", "text"}, {"text", text}};
}

document image_part(std::string url) {
    return {{"type", "image_url"}, {"image_url", {{"url", std::move(url)}}}};
}

document uploaded_part(const document& source) {
    return {{"type", "file"}, {"file", {{"file_id", text_of(source, "file_id")}}}};
}

void add_image(const document& source, document& parts) {
    if (text_of(source, "type") == "file") {
        parts.push_back(uploaded_part(source));
    } else if (std::string url = source_url(source, "image/jpeg"); !url.empty()) {
        parts.push_back(image_part(std::move(url)));
    }
}

void add_file(const document& block, const document& source, document& parts) {
    std::string url = source_url(source, "application/pdf");
    if (url.empty()) {
        return;
    }
    if (url.starts_with("data:image/")) {
        parts.push_back(image_part(std::move(url)));
        return;
    }
    const std::string_view title = text_of(block, "title");
    document file{{"filename", title.empty() ? std::string_view("document.pdf") : title},
                  {"file_data", std::move(url)}};
    parts.push_back({{"type", "file"}, {"file", std::move(file)}});
}

void add_document(const document& block, const document& source, document& parts) {
    const std::string_view kind = text_of(source, "type");
    if (kind == "text") {
        parts.push_back(text_part(text_of(source, "data")));
    } else if (kind == "content") {
        if (const auto text = text_of(source, "content"); !text.empty()) {
            parts.push_back(text_part(text));
        }
        for (const document& inner : providers::wire::list(source, "content")) {
            if (text_of(inner, "type") == "text") {
                parts.push_back(text_part(text_of(inner, "text")));
            } else if (text_of(inner, "type") == "image") {
                add_image(providers::wire::member(inner, "source"), parts);
            }
        }
    } else if (kind == "file") {
        parts.push_back(uploaded_part(source));
    } else {
        add_file(block, source, parts);
    }
}

void add_search_result(const document& block, document& parts) {
    std::string text(text_of(block, "title"));
    text.append("\n").append(text_of(block, "source"));
    for (const document& inner : providers::wire::list(block, "content")) {
        text.append("\n").append(text_of(inner, "text"));
    }
    parts.push_back(text_part(text));
}

} // namespace

bool add_messages_media(const document& block, document& parts) {
    const std::string_view type = text_of(block, "type");
    const document& source = providers::wire::member(block, "source");
    if (type == "image") {
        add_image(source, parts);
    } else if (type == "document") {
        add_document(block, source, parts);
    } else if (type == "search_result") {
        add_search_result(block, parts);
    } else {
        return false;
    }
    return true;
}

} // namespace llm_proxy::dialects
