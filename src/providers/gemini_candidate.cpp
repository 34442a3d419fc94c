#include "llm_proxy/providers/gemini_candidate.hpp"

#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

constexpr std::array<std::string_view, 7> withheld{"SAFETY",
                                                   "RECITATION",
                                                   "BLOCKLIST",
                                                   "PROHIBITED_CONTENT",
                                                   "SPII",
                                                   "IMAGE_SAFETY",
                                                   "IMAGE_PROHIBITED_CONTENT"};

constexpr std::array<std::string_view, 6> filtered{"LANGUAGE",         "OTHER",       "NO_IMAGE",
                                                   "IMAGE_RECITATION", "IMAGE_OTHER", "ESCALATION"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What each candidate has under that name.
document gather(const document& candidates, const char* name) {
    auto out = document::array();
    for (const document& candidate : candidates) {
        if (const document& found = wire::member(candidate, name);
            found.is_structured() && !found.empty()) {
            out.push_back(found);
        }
    }
    return out;
}

document alternatives(const document& top) {
    auto out = document::array();
    for (const document& option : wire::list(top, "candidates")) {
        out.push_back({{"token", text_of(option, "token")},
                       {"logprob", wire::member(option, "logProbability")}});
    }
    return out;
}

} // namespace

std::string_view gemini_finish_reason(std::string_view native) {
    if (native == "MAX_TOKENS") {
        return "length";
    }
    return among(withheld, native) || among(filtered, native) ? "content_filter" : "stop";
}

std::string openai_service_tier(std::string_view native) {
    const std::string tier = lower(native);
    return tier == "standard" ? "default" : tier;
}

bool gemini_withholds(std::string_view native) {
    return among(withheld, native);
}

bool gemini_prompt_blocked(const document& answer) {
    return !text_of(wire::member(answer, "promptFeedback"), "blockReason").empty();
}

document gemini_annotations(const document& candidate) {
    auto out = document::array();
    const document& grounding = wire::member(candidate, "groundingMetadata");
    const document& pages = wire::list(grounding, "groundingChunks");
    for (const document& support : wire::list(grounding, "groundingSupports")) {
        const document& segment = wire::member(support, "segment");
        const document& indices = wire::list(support, "groundingChunkIndices");
        if (!segment.is_object() || !segment.contains("startIndex") || indices.empty() ||
            !indices.front().is_number_unsigned()) {
            continue;
        }
        const auto at = indices.front().get<std::uint64_t>();
        if (at >= pages.size()) {
            continue;
        }
        const document& page = wire::member(pages[static_cast<std::size_t>(at)], "web");
        if (page.is_object()) {
            out.push_back({{"type", "url_citation"},
                           {"url_citation",
                            {{"start_index", wire::count(segment, "startIndex")},
                             {"end_index", wire::count(segment, "endIndex")},
                             {"url", text_of(page, "uri")},
                             {"title", text_of(page, "title")}}}});
        }
    }
    return out;
}

document gemini_logprobs(const document& candidate) {
    const document& measured = wire::member(candidate, "logprobsResult");
    const document& chosen = wire::list(measured, "chosenCandidates");
    if (chosen.empty()) {
        return nullptr;
    }
    const document& top = wire::list(measured, "topCandidates");
    auto content = document::array();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        content.push_back(
            {{"token", text_of(chosen[i], "token")},
             {"logprob", wire::member(chosen[i], "logProbability")},
             {"top_logprobs", i < top.size() ? alternatives(top[i]) : document::array()}});
    }
    auto out = document::object();
    out["content"] = std::move(content);
    return out;
}

void add_gemini_metadata(const document& candidates, bool chunk, document& out) {
    out["vertex_ai_grounding_metadata"] = gather(candidates, "groundingMetadata");
    out["vertex_ai_url_context_metadata"] = gather(candidates, "urlContextMetadata");
    auto ratings = gather(candidates, "safetyRatings");
    if (chunk) {
        out["vertex_ai_safety_ratings"] = ratings;
    }
    out["vertex_ai_safety_results"] = std::move(ratings);
    out["vertex_ai_citation_metadata"] = gather(candidates, "citationMetadata");
}

bool has_gemini_sources(const document& candidate) {
    return !wire::member(candidate, "groundingMetadata").empty() ||
           !wire::member(candidate, "urlContextMetadata").empty() ||
           !wire::member(candidate, "citationMetadata").empty();
}

gemini_lookups count_gemini_lookups(const document& candidates) {
    gemini_lookups out;
    for (const document& candidate : candidates) {
        const document& grounding = wire::member(candidate, "groundingMetadata");
        out.searches += static_cast<std::int64_t>(wire::list(grounding, "webSearchQueries").size());
        const document& chunks = wire::list(grounding, "groundingChunks");
        const bool mapped = std::any_of(chunks.begin(), chunks.end(), [](const document& page) {
            return wire::member(page, "maps").is_object();
        });
        out.maps += mapped ? 1 : 0;
    }
    return out;
}

} // namespace llm_proxy::providers
