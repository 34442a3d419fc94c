#include "llm_proxy/server/priced_request.hpp"

#include <algorithm>
#include <string>

namespace llm_proxy::server {

namespace {

using model::call_type;

/// What stands for a parameter: the client's value, else the deployment's default.
class parameter_reader {
public:
    parameter_reader(std::string_view body, const parsed_call& call,
                     const model::deployment& target)
        : body_(body), call_(call), target_(target) {}

    /// The JSON value; empty if there is none.
    std::string_view json_of(std::string_view name) const {
        if (const auto* item = json::find(body_, call_.members, name)) {
            return json::value_of(body_, *item);
        }
        const auto fallback =
            std::find_if(target_.defaults.begin(), target_.defaults.end(),
                         [name](const config::json_member& one) { return one.name == name; });
        return fallback == target_.defaults.end() ? std::string_view() : fallback->json;
    }

    /// A text; empty if it is none.
    std::string text_of(std::string_view name) const {
        for (const auto& part : call_.parts) {
            if (part.name == name && !part.is_file) {
                return std::string(
                    body_.substr(part.value_begin, part.value_end - part.value_begin));
            }
        }
        const std::string_view value = json_of(name);
        return value.starts_with('"') ? json::unescape(value) : std::string();
    }

private:
    std::string_view body_;
    const parsed_call& call_;
    const model::deployment& target_;
};

std::string search_context_size(std::string_view options) {
    if (!options.starts_with('{')) {
        return {};
    }
    std::vector<json::member> members;
    json::scan_valid(options, members);
    const auto* size = json::find(options, members, "search_context_size");
    const bool is_text = size != nullptr && size->type == json::kind::string;
    return is_text ? json::unescape(json::value_of(options, *size)) : std::string();
}

/// Code points: all bytes of UTF-8 but those that continue one. White space does not count, as with
/// LiteLLM.
std::int64_t count_characters(std::string_view text) {
    constexpr std::string_view spaces = " \t\n\v\f\r";
    return std::count_if(text.begin(), text.end(), [&](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U && spaces.find(c) == spaces.npos;
    });
}

} // namespace

std::optional<model::priced_parameters> priced_parameters_of(model::call_type type,
                                                             std::string_view body,
                                                             const parsed_call& call,
                                                             const model::deployment& target) {
    const parameter_reader from(body, call, target);
    model::priced_parameters out;
    switch (type) {
    case call_type::chat_completion:
    case call_type::completion:
    case call_type::embedding:
        out.service_tier = from.text_of("service_tier");
        out.search_context_size = search_context_size(from.json_of("web_search_options"));
        break;
    case call_type::image_generation:
    case call_type::image_edit:
    case call_type::image_variation:
        out.quality = from.text_of("quality");
        out.size = from.text_of("size");
        break;
    case call_type::speech:
        out.characters = count_characters(from.text_of("input"));
        break;
    case call_type::moderation:
    case call_type::transcription:
    case call_type::translation:
    case call_type::rerank:
    case call_type::message:
        break;
    case call_type::response:
        out.service_tier = from.text_of("service_tier");
        break;
    }
    return out == model::priced_parameters() ? std::nullopt : std::optional(std::move(out));
}

} // namespace llm_proxy::server
