#include "llm_proxy/server/model_details.hpp"

#include "llm_proxy/config/properties.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/providers/supported_parameters.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace llm_proxy::server {

namespace {

/// What LiteLLM shows as null where it is not known; of the rest only what is known is shown.
constexpr std::string_view always_shown =
    "max_tokens max_input_tokens max_output_tokens input_cost_per_token "
    "input_cost_per_token_flex input_cost_per_token_priority input_cost_per_token_balanced "
    "input_cost_per_token_ultrafast cache_creation_input_token_cost "
    "cache_creation_input_token_cost_above_200k_tokens "
    "cache_creation_input_token_cost_above_272k_tokens "
    "cache_creation_input_token_cost_above_272k_tokens_priority "
    "cache_creation_input_token_cost_above_272k_tokens_flex "
    "cache_creation_input_token_cost_above_272k_tokens_ultrafast "
    "cache_creation_input_token_cost_flex cache_creation_input_token_cost_priority "
    "cache_creation_input_token_cost_ultrafast cache_read_input_token_cost "
    "cache_read_input_audio_token_cost prompt_cache_min_tokens "
    "cache_read_input_token_cost_above_200k_tokens "
    "cache_read_input_token_cost_above_200k_tokens_priority "
    "cache_read_input_token_cost_above_272k_tokens "
    "cache_read_input_token_cost_above_272k_tokens_priority "
    "cache_read_input_token_cost_above_272k_tokens_flex "
    "cache_read_input_token_cost_above_272k_tokens_ultrafast "
    "cache_read_input_token_cost_above_512k_tokens cache_read_input_token_cost_flex "
    "cache_read_input_token_cost_priority cache_read_input_token_cost_balanced "
    "cache_read_input_token_cost_ultrafast cache_read_input_token_cost_batches "
    "cache_read_input_token_cost_above_200k_tokens_batches "
    "cache_read_input_token_cost_above_272k_tokens_batches "
    "cache_creation_input_token_cost_batches "
    "cache_creation_input_token_cost_above_200k_tokens_batches "
    "cache_creation_input_token_cost_above_272k_tokens_batches "
    "cache_creation_input_token_cost_above_1hr off_peak_pricing input_cost_per_character "
    "input_cost_per_token_above_128k_tokens input_cost_per_token_above_200k_tokens "
    "input_cost_per_token_above_200k_tokens_priority input_cost_per_token_above_272k_tokens "
    "input_cost_per_token_above_272k_tokens_priority input_cost_per_token_above_272k_tokens_flex "
    "input_cost_per_token_above_272k_tokens_ultrafast input_cost_per_token_above_512k_tokens "
    "input_cost_per_query cost_per_second input_cost_per_second input_cost_per_audio_token "
    "input_cost_per_image_token input_cost_per_video_token input_cost_per_audio_token_batches "
    "input_cost_per_image_token_batches input_cost_per_image input_cost_per_audio_per_second "
    "input_cost_per_video_per_second input_cost_per_token_batches "
    "input_cost_per_video_token_batches input_cost_per_token_above_200k_tokens_batches "
    "input_cost_per_token_above_272k_tokens_batches output_cost_per_token_batches "
    "output_cost_per_token_above_200k_tokens_batches "
    "output_cost_per_token_above_272k_tokens_batches output_cost_per_token "
    "output_cost_per_token_flex output_cost_per_token_priority output_cost_per_token_balanced "
    "output_cost_per_token_ultrafast regional_processing_uplift_multiplier_eu "
    "regional_processing_uplift_multiplier_us regional_endpoint_uplift_multiplier "
    "output_cost_per_audio_token output_cost_per_character output_cost_per_reasoning_token "
    "output_cost_per_reasoning_token_flex output_cost_per_reasoning_token_priority "
    "output_cost_per_token_above_128k_tokens output_cost_per_character_above_128k_tokens "
    "output_cost_per_token_above_200k_tokens output_cost_per_token_above_200k_tokens_priority "
    "output_cost_per_token_above_272k_tokens output_cost_per_token_above_272k_tokens_priority "
    "output_cost_per_token_above_272k_tokens_flex "
    "output_cost_per_token_above_272k_tokens_ultrafast output_cost_per_token_above_512k_tokens "
    "output_cost_per_second output_cost_per_second_1080p output_cost_per_second_480p "
    "output_cost_per_second_720p output_cost_per_second_768p output_cost_per_second_2k "
    "output_cost_per_second_4k output_cost_per_video_per_second output_cost_per_image "
    "output_cost_per_pixel output_cost_per_image_token output_cost_per_image_token_batches "
    "output_cost_per_video_token output_vector_size citation_cost_per_token tiered_pricing "
    "supported_endpoints supports_system_messages supports_response_schema supports_vision "
    "supports_function_calling supports_parallel_function_calling supports_tool_choice "
    "supports_assistant_prefill supports_prompt_caching supports_prompt_cache_breakpoint "
    "supports_thinking_cache_preservation supports_audio_input supports_video_input "
    "supports_box_questions supports_audio_output supports_pdf_input "
    "supports_embedding_image_input supports_native_streaming supports_native_structured_output "
    "supports_web_search supports_url_context supports_reasoning supports_adaptive_thinking "
    "supports_legacy_thinking thinking_always_on supports_tool_search "
    "supports_mid_conversation_system supports_anthropic_thinking_payload "
    "supports_anthropic_compaction supports_none_reasoning_effort "
    "supports_minimal_reasoning_effort supports_low_reasoning_effort "
    "supports_xhigh_reasoning_effort supports_max_reasoning_effort reasoning_effort_levels "
    "default_reasoning_effort bedrock_output_config_effort_ceiling "
    "bedrock_converse_supports_strict_tools supports_regex_lookaround supports_computer_use "
    "search_context_cost_per_query web_search_billing_unit search_free_requests "
    "google_maps_grounding_cost_per_query tpm rpm ocr_cost_per_page ocr_cost_per_page_batches "
    "ocr_cost_per_credit annotation_cost_per_page annotation_cost_per_page_batches "
    "provider_specific_entry uses_embed_content supports_image_size supported_audio_formats "
    "token_count_framing token_count_model token_count_tokenizer vertex_ai_audio_api";

document table_entry(const model::deployment& item) {
    const std::string_view text = item.prices ? item.prices->entry_text() : std::string_view();
    document out = document::parse(text, nullptr, false);
    return out.is_object() ? out : document::object();
}

/// Adds members that are not there yet.
void fill_in(document& out, const document& more) {
    for (const auto& [name, value] : more.items()) {
        if (!out.contains(name)) {
            out[name] = value;
        }
    }
}

/// The prices that the deployment sets itself.
document overridden(const model::deployment& item) {
    document out = document::array();
    for (const auto* list : {&item.prices_set, &item.info.echoed}) {
        for (const config::json_member& one : *list) {
            if (config::is_price(one.name)) {
                out.push_back(one.name);
            }
        }
    }
    return out;
}

/// OpenAI's parameters of a chat that the model takes, whatever else it does, as LiteLLM has it.
document supported_parameters(const model::deployment& item) {
    constexpr auto chat = model::call_type::chat_completion;
    const model::parameter_set missing =
        item.parameters.unsupported
            ? (*item.parameters.unsupported)[static_cast<std::size_t>(chat)]
            : providers::unsupported_parameters(item.provider, item.upstream_model, chat);
    document out = document::array({"stream"});
    for (const std::string_view name : providers::chat_parameter_names) {
        if ((missing & providers::parameter(name)) == 0) {
            out.push_back(name);
        }
    }
    return out;
}

/// The larger of two values of which either may be no number.
document larger(const document& a, const document& b) {
    if (!a.is_number() || !b.is_number()) {
        return a.is_number() ? a : b.is_number() ? b : document();
    }
    return a.get<double>() < b.get<double>() ? b : a;
}

/// The widest of the deployments' values.
document widest(const std::vector<document>& details, const char* name) {
    document out;
    for (const document& one : details) {
        out = larger(out, one.value(name, document()));
    }
    return out;
}

std::vector<document> details_of(const model::model_group& group) {
    std::vector<document> out;
    for (const auto& item : group.deployments) {
        out.push_back(model_details(*item));
    }
    return out;
}

} // namespace

document from_members(const std::vector<config::json_member>& members) {
    document out = document::object();
    for (const auto& [name, text] : members) {
        out[name] = document::parse(text, nullptr, false);
    }
    return out;
}

document model_details(const model::deployment& item) {
    document out{{"id", item.id}, {"db_model", false}};
    out.update(from_members(item.info.echoed));
    out.update(from_members(item.prices_set));
    out["pricing_overrides"] = overridden(item);
    const auto* entry = item.prices ? item.prices->entry() : nullptr;
    out["key"] = entry != nullptr ? entry->name : item.model_name;
    // A deployment with prices of its own is billed by them alone.
    document known = table_entry(item);
    if (item.prices && item.prices->custom() != nullptr) {
        for (const std::string_view name : {"input_cost_per_token", "output_cost_per_token"}) {
            known.erase(name);
        }
    }
    fill_in(out, known);
    for (const std::string_view name : split(always_shown, ' ')) {
        if (!out.contains(name)) {
            out[name] = nullptr;
        }
    }
    out["supported_openai_params"] = supported_parameters(item);
    if (!out.contains("litellm_provider")) {
        out["litellm_provider"] = item.provider;
    }
    return out;
}

void add_group_details(const model::model_group& group, document& out) {
    const std::vector<document> details = details_of(group);
    for (const char* name : {"max_input_tokens", "max_output_tokens", "input_cost_per_token",
                             "output_cost_per_token", "input_cost_per_pixel"}) {
        out[name] = widest(details, name);
    }
    for (const char* name :
         {"supports_parallel_function_calling", "supports_vision", "supports_web_search",
          "supports_url_context", "supports_reasoning", "supports_function_calling"}) {
        bool supported = false;
        for (const document& one : details) {
            supported = supported || one.value(name, document()) == true;
        }
        out[name] = supported;
    }
    for (const char* name : {"tpm", "rpm"}) {
        if (!out.contains(name) || out[name].is_null()) {
            out[name] = widest(details, name);
        }
    }
    if (const document mode = details.front().value("mode", document()); mode.is_string()) {
        out["mode"] = mode;
    }
    out["supported_openai_params"] = details.back()["supported_openai_params"];
}

void add_listing_details(const model::model_group& group, document& out) {
    const std::vector<document> details = details_of(group);
    if (const document mode = details.front().value("mode", document()); mode.is_string()) {
        out["mode"] = mode;
    }
    for (const char* name : {"max_input_tokens", "max_output_tokens"}) {
        if (document limit = widest(details, name); limit.is_number()) {
            out[name] = std::move(limit);
        }
    }
}

} // namespace llm_proxy::server
