#include "llm_proxy/providers/gemini_message.hpp"

#include "llm_proxy/providers/gemini_signature.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/base64.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy::providers {

namespace {

constexpr std::int64_t day = 86400;

std::string data_url(const gemini_message::media& media) {
    std::string out = "data:";
    return out.append(media.mime).append(";base64,").append(media.data);
}

void read_text(const document& part, std::string_view signature, gemini_message& out) {
    const std::string_view text = text_of(part, "text");
    if (!wire::flag(part, "thought")) {
        out.content.append(text);
        return;
    }
    out.reasoning.append(text);
    if (!text.empty() || !signature.empty()) {
        out.thoughts.push_back({text, signature});
    }
}

void read_call(const document& call, std::string_view signature, random_source* random,
               gemini_message& out) {
    gemini_message::call& added = out.calls.emplace_back();
    added.id = text_of(call, "id");
    if (added.id.empty()) {
        added.id = "call_" + wire::random_hex(random, 28);
    }
    if (!signature.empty()) {
        added.id = join_signature(added.id, signature);
        added.signature = signature;
    }
    added.name = text_of(call, "name");
    const document& arguments = wire::member(call, "args");
    added.arguments = arguments.is_null() ? "{}" : wire::dump_spaced(arguments);
}

void read_media(const document& inline_data, gemini_message& out) {
    const gemini_message::media media{text_of(inline_data, "mimeType"),
                                      text_of(inline_data, "data")};
    if (media.mime.starts_with("image/")) {
        out.images.push_back(media);
    } else if (media.mime.starts_with("audio/")) {
        out.audio.push_back(media);
    } else {
        out.content += data_url(media);
    }
}

} // namespace

gemini_message read_gemini_message(const document& candidate, random_source* random) {
    gemini_message out;
    for (const document& part : wire::list(wire::member(candidate, "content"), "parts")) {
        out.any_part = true;
        const std::string_view signature = text_of(part, "thoughtSignature");
        if (!signature.empty()) {
            out.signatures.push_back(signature);
        }
        if (const document& call = wire::member(part, "functionCall"); call.is_object()) {
            read_call(call, signature, random, out);
        } else if (const document& data = wire::member(part, "inlineData"); data.is_object()) {
            read_media(data, out);
        } else {
            read_text(part, signature, out);
        }
    }
    return out;
}

document gemini_images_json(const gemini_message& message, std::size_t first) {
    auto out = document::array();
    for (const auto& image : message.images) {
        out.push_back({{"type", "image_url"},
                       {"index", first++},
                       {"image_url", {{"url", data_url(image)}, {"detail", "auto"}}}});
    }
    return out;
}

document gemini_tool_calls_json(const gemini_message& message, std::size_t first) {
    auto out = document::array();
    for (const auto& call : message.calls) {
        document item{{"index", first++},
                      {"id", call.id},
                      {"type", "function"},
                      {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
        if (!call.signature.empty()) {
            item["provider_specific_fields"] = {{"thought_signature", call.signature}};
        }
        out.push_back(std::move(item));
    }
    return out;
}

document gemini_function_call_json(const gemini_message& message) {
    const auto& call = message.calls.front();
    return {{"name", call.name}, {"arguments", call.arguments}};
}

std::string gemini_audio_data(const gemini_message& message) {
    if (message.audio.size() == 1) {
        return std::string(message.audio.front().data);
    }
    // Each part is padded by itself, so the texts cannot just be joined.
    std::string bytes;
    for (const auto& part : message.audio) {
        const auto decoded = base64_decode(part.data);
        if (!decoded) {
            return {};
        }
        bytes += *decoded;
    }
    return base64_encode(bytes);
}

document gemini_audio_json(const gemini_message& message, std::int64_t created,
                           random_source* random) {
    return {{"id", "audio_" + wire::random_hex(random, 24)},
            {"data", gemini_audio_data(message)},
            {"expires_at", created + day},
            {"transcript", message.content}};
}

} // namespace llm_proxy::providers
