#include "llm_proxy/providers/gemini_names.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::providers {

namespace {

/// Takes `head` off the front.
bool skip(std::string_view& text, std::string_view head) {
    if (!text.starts_with(head)) {
        return false;
    }
    text.remove_prefix(head.size());
    return true;
}

void skip_digits(std::string_view& text) {
    while (!text.empty() && is_digit(text.front())) {
        text.remove_prefix(1);
    }
}

bool ends_word(std::string_view rest) {
    return rest.empty() || rest.front() == '-';
}

/// `gemini-1.5-pro`, `gemini-2.0-flash`, `gemini-pro`, `gemini-exp-1206`; but `gemini-flash-latest`
/// is always the newest.
bool is_old_gemini(std::string_view name) {
    if (!skip(name, "gemini-")) {
        return false;
    }
    if (skip(name, "exp")) {
        return ends_word(name);
    }
    if (skip(name, "pro") || skip(name, "flash")) {
        return name != "-latest" && name != "-lite-latest" && ends_word(name);
    }
    if (!skip(name, "1") && !skip(name, "2")) {
        return false;
    }
    if (name.size() > 1 && name[0] == '.' && is_digit(name[1])) {
        name.remove_prefix(1);
        skip_digits(name);
    }
    return ends_word(name);
}

bool is_third_generation(std::string_view name) {
    const std::string_view last = name.substr(name.rfind('/') + 1);
    const bool tuned = std::all_of(last.begin(), last.end(), is_digit); // or empty
    return !tuned && !last.starts_with("gemma-") && !is_old_gemini(last);
}

/// Whether `gemini-2.0`, `gemini-10-x` or the like is in the name.
bool takes_json_schema(std::string_view name) {
    constexpr std::string_view family = "gemini-";
    for (std::size_t at = name.find(family); at != name.npos; at = name.find(family, at + 1)) {
        std::string_view rest = name.substr(at + family.size());
        const std::string_view number = rest;
        skip_digits(rest);
        const std::size_t digits = number.size() - rest.size();
        const bool second_or_newer = digits > 1 ? number[0] != '0' : digits == 1 && number[0] > '1';
        if (second_or_newer && !rest.empty() && (rest[0] == '.' || rest[0] == '-')) {
            return true;
        }
    }
    return false;
}

} // namespace

gemini_model::gemini_model(std::string_view upstream_name) : name(upstream_name) {
    const std::string text = lower(upstream_name);
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    third_generation = is_third_generation(text);
    json_schema = takes_json_schema(text);
    flash = has("flash");
    flash_lite = has("flash-lite");
    speech = has("tts");
    thinks = third_generation || has("thinking") || (has("gemini-2.5") && !has("image") && !speech);
    global_resolution = has("gemini-2");
    gemini_family = has("gemini");
}

std::string_view gemini_api_version(const gemini_model& model) {
    return model.third_generation ? "v1alpha" : "v1beta";
}

std::string_view gemini_mode(const gemini_model& model) {
    const std::string name = lower(model.name);
    if (model.speech) {
        return "audio_speech";
    }
    if (name.find("embedding") != std::string::npos) {
        return "embedding";
    }
    return name.starts_with("imagen") ? "image_generation" : "";
}

} // namespace llm_proxy::providers
