#include "llm_proxy/providers/gemini_usage.hpp"

#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace llm_proxy::providers {

namespace {

/// Tokens by modality.
struct tally {
    std::int64_t text = 0;
    std::int64_t audio = 0;
    std::int64_t image = 0;
    std::int64_t video = 0;
    bool given = false;

    std::int64_t others() const { return audio + image + video; }
};

tally read_tally(const document& details) {
    tally out;
    for (const document& item : details) {
        const std::string_view modality = text_of(item, "modality");
        const std::int64_t tokens = wire::count(item, "tokenCount");
        out.given = true;
        if (modality == "AUDIO") {
            out.audio += tokens;
        } else if (modality == "IMAGE") {
            out.image += tokens;
        } else if (modality == "VIDEO") {
            out.video += tokens;
        } else {
            out.text += tokens; // TEXT and DOCUMENT
        }
    }
    return out;
}

void subtract(std::int64_t& from, std::int64_t tokens) {
    from = std::max<std::int64_t>(from - tokens, 0);
}

void write_tally(const tally& tokens, document& out) {
    const auto set = [&out](const char* name, std::int64_t value) {
        if (value > 0) {
            out[name] = value;
        }
    };
    set("text_tokens", tokens.text);
    set("audio_tokens", tokens.audio);
    set("image_tokens", tokens.image);
    set("video_tokens", tokens.video);
}

/// The numbers of a `usageMetadata`.
struct counts {
    explicit counts(const document& metadata)
        : prompt(wire::count(metadata, "promptTokenCount")),
          candidates(wire::count(metadata, "candidatesTokenCount")),
          thoughts(wire::count(metadata, "thoughtsTokenCount")),
          tool_use(wire::count(metadata, "toolUsePromptTokenCount")),
          cached(wire::count(metadata, "cachedContentTokenCount")),
          total(wire::count(metadata, "totalTokenCount")) {}

    /// Some versions count thoughts among the candidates' tokens, which only the total tells.
    bool thoughts_inside() const { return prompt + candidates + tool_use == total; }
    std::int64_t completion() const {
        return thoughts_inside() ? candidates : candidates + thoughts;
    }

    std::int64_t prompt;
    std::int64_t candidates;
    std::int64_t thoughts;
    std::int64_t tool_use;
    std::int64_t cached;
    std::int64_t total;
};

document prompt_details(const document& metadata, const counts& numbers,
                        const gemini_lookups& lookups) {
    tally tokens = read_tally(wire::list(metadata, "promptTokensDetails"));
    const tally cached = read_tally(wire::list(metadata, "cacheTokensDetails"));
    subtract(tokens.text, cached.given ? cached.text : numbers.cached);
    subtract(tokens.audio, cached.audio);
    subtract(tokens.image, cached.image);
    subtract(tokens.video, cached.video);
    auto out = document::object();
    if (numbers.cached > 0) {
        out["cached_tokens"] = numbers.cached;
    }
    write_tally(tokens, out);
    if (numbers.tool_use > 0) {
        out["tool_use_tokens"] = numbers.tool_use;
    }
    if (lookups.searches > 0) {
        out["web_search_requests"] = lookups.searches;
    }
    if (lookups.maps > 0) {
        out["google_maps_grounding_requests"] = lookups.maps;
    }
    return out;
}

document completion_details(const document& metadata, const counts& numbers) {
    tally tokens = read_tally(wire::list(metadata, "candidatesTokensDetails"));
    if (tokens.text == 0) {
        tokens.text = numbers.candidates;
        subtract(tokens.text, tokens.others());
        subtract(tokens.text, numbers.thoughts_inside() ? numbers.thoughts : 0);
    }
    auto out = document::object();
    if (numbers.thoughts > 0) {
        out["reasoning_tokens"] = numbers.thoughts;
    }
    write_tally(tokens, out);
    return out;
}

document totals(std::int64_t prompt, const counts& numbers) {
    const std::int64_t completion = numbers.completion();
    return {{"prompt_tokens", prompt},
            {"completion_tokens", completion},
            {"total_tokens", numbers.total > 0 ? numbers.total : prompt + completion}};
}

} // namespace

document gemini_usage(const document& metadata, const gemini_lookups& lookups) {
    const counts numbers(metadata);
    // What a search brings into the prompt is not billed as a prompt.
    const bool looked_up = lookups.searches > 0 || lookups.maps > 0;
    document out = totals(numbers.prompt + (looked_up ? 0 : numbers.tool_use), numbers);
    document completion = completion_details(metadata, numbers);
    if (!completion.empty()) {
        out["completion_tokens_details"] = std::move(completion);
    }
    out["prompt_tokens_details"] = prompt_details(metadata, numbers, lookups);
    if (numbers.cached > 0) {
        out["cache_read_input_tokens"] = numbers.cached;
    }
    return out;
}

document gemini_total_usage(const document& metadata) {
    const counts numbers(metadata);
    return totals(numbers.prompt, numbers);
}

document gemini_image_usage(const document& metadata) {
    const counts numbers(metadata);
    const tally in = read_tally(wire::list(metadata, "promptTokensDetails"));
    const tally out = read_tally(wire::list(metadata, "candidatesTokensDetails"));
    return {{"input_tokens", numbers.prompt},
            {"output_tokens", numbers.completion()},
            {"total_tokens", numbers.total},
            {"input_tokens_details", {{"image_tokens", in.image}, {"text_tokens", in.text}}},
            {"output_tokens_details", {{"image_tokens", out.image}, {"text_tokens", out.text}}}};
}

} // namespace llm_proxy::providers
