#include "llm_proxy/providers/unsupported_error.hpp"

#include "llm_proxy/config/value.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/supported_parameters.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr std::string_view how_to_drop =
    "To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n "
    "drop_params: true`\n";
constexpr std::string_view how_to_drop_one =
    " To drop it from the call, set `litellm.drop_params = True`.";

std::vector<std::string_view> names_of(model::parameter_set set) {
    std::vector<std::string_view> out;
    for (const std::string_view name : parameter_names) {
        if ((set & parameter(name)) != 0) {
            out.push_back(name);
        }
    }
    return out;
}

config::value text_value(std::string text) {
    return {std::move(text), {}, {}};
}

/// A JSON value for Python's words: whole numbers and texts are what these parameters have.
config::value read_value(std::string_view text) {
    if (text.starts_with('"')) {
        return text_value(json::unescape(text));
    }
    std::int64_t whole = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
    const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return is_whole ? config::value{whole, {}, {}} : text_value(std::string(text));
}

/// The parameters with their values, as Python writes a dictionary.
std::string dictionary(const inbound_call& call, const model::deployment& target,
                       model::parameter_set set) {
    config::map out;
    for (const std::string_view name : names_of(set)) {
        std::string_view text;
        for (const config::json_member& one : target.defaults) {
            text = one.name == name ? std::string_view(one.json) : text;
        }
        if (const auto* own = json::find(call.body, *call.members, name)) {
            text = json::value_of(call.body, *own);
        }
        out.push_back({std::string(name), {}, read_value(text)});
    }
    return config::python_str({std::move(out), {}, {}});
}

std::string chat_text(const std::string& provider, std::string_view model,
                      model::parameter_set refused) {
    config::list names;
    for (const std::string_view name : names_of(refused)) {
        names.push_back(text_value(std::string(name)));
    }
    const std::string listed = config::python_str({std::move(names), {}, {}});
    return provider + " does not support parameters: " + listed +
           ", for model=" + std::string(model) + ". " + std::string(how_to_drop) +
           ". \n If you want to use these params dynamically send allowed_openai_params=" + listed +
           " in your request.";
}

std::string embedding_text(const inbound_call& call, const model::deployment& target,
                           model::parameter_set refused) {
    const std::string& provider = target.provider;
    if (provider == "openai") {
        return "Setting dimensions is not supported for OpenAI `text-embedding-3` and later "
               "models." +
               std::string(how_to_drop_one);
    }
    const std::string given = dictionary(call, target, refused);
    if (provider == "lm_studio" || provider == "mistral" || provider == "gemini") {
        return provider + " does not support parameters: " + given +
               ", for model=" + call.upstream_model + ". " + std::string(how_to_drop);
    }
    return "Setting " + given + " is not supported by " + provider + "." +
           std::string(how_to_drop_one);
}

} // namespace

error unsupported_error(std::string_view text, std::string_view group) {
    return error(400, "invalid_request_error",
                 "litellm.UnsupportedParamsError: " + std::string(text) + group_suffix(group));
}

error unsupported_error(const inbound_call& call, const model::deployment& target,
                        model::parameter_set refused) {
    std::string text;
    if (call.type == model::call_type::embedding) {
        text = embedding_text(call, target, refused);
    } else if (call.type == model::call_type::image_generation) {
        text = "Setting `" + std::string(names_of(refused).front()) + "` is not supported by " +
               target.provider + ", " + call.upstream_model + "." + std::string(how_to_drop_one);
    } else {
        const bool texts = call.type == model::call_type::completion && target.provider == "openai";
        text = chat_text(texts ? "text-completion-openai" : target.provider, call.upstream_model,
                         refused);
    }
    return unsupported_error(text, call.requested_model);
}

} // namespace llm_proxy::providers
