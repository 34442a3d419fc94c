#include "llm_proxy/providers/supported_parameters.hpp"

#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/strings.hpp"

#include <initializer_list>
#include <span>

namespace llm_proxy::providers {

namespace {

using model::parameter_set;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string_view last_segment(std::string_view model) {
    return model.substr(model.rfind('/') + 1);
}

/// `o1`, `o3-mini`, and not `ollama`.
bool is_o_series(std::string_view model) {
    const std::string_view name = last_segment(model);
    return name.size() > 1 && name[0] == 'o' && is_digit(name[1]) &&
           (name.size() == 2 || name[2] == '-');
}

bool is_azure_o_series(std::string_view model) {
    return is_o_series(model) || contains(model, "o_series/");
}

bool is_reasoning_gpt(std::string_view model) {
    return (contains(model, "gpt-5") || contains(model, "gpt-6")) &&
           !contains(last_segment(model), "gpt-5-chat");
}

bool is_search_gpt(std::string_view model) {
    return contains(model, "gpt-5") && contains(model, "search");
}

/// Takes the effort `none`, and with it what non-reasoning models take: GPT-5.1 and newer but for
/// some variants.
bool can_skip_reasoning(std::string_view model) {
    const std::string_view name = last_segment(model);
    const bool newer = name.starts_with("gpt-6") ||
                       (name.starts_with("gpt-5.") && name.size() > 6 && name[6] != '0');
    const bool fixed =
        contains_any(name, {"chat", "codex", "pro", "cyber", "astra"}) && name != "gpt-5.3-codex";
    return newer && !fixed;
}

bool is_gpt_5_1(std::string_view model) {
    return can_skip_reasoning(model) && last_segment(model).starts_with("gpt-5.1");
}

bool is_without_formats(std::string_view model) {
    return model == "gpt-4" || model == "gpt-3.5-turbo-16k";
}

/// A model of OpenAI's own, which others only serve under another name.
bool is_openai_model(std::string_view model) {
    return (model.starts_with("gpt-") && !model.starts_with("gpt-oss")) ||
           model.starts_with("chatgpt-") || (is_o_series(model) && !contains(model, "/"));
}

bool is_claude_4(std::string_view model) {
    return contains(model, "claude") && !contains(model, "claude-3");
}

bool is_gpt_oss(std::string_view model) {
    return contains(model, "gpt-oss");
}

bool is_compound(std::string_view model) {
    const std::string_view name = last_segment(model);
    return name == "compound" || name == "compound-mini";
}

bool is_magistral(std::string_view model) {
    return contains(lower(model), "magistral");
}

bool is_reasoning_mistral(std::string_view model) {
    return contains_any(model, {"mistral-medium", "mistral-small", "mistral-large-4", "glm-"});
}

bool is_grok_code(std::string_view model) {
    return contains(model, "grok-code-fast");
}

bool is_reasoning_grok_4(std::string_view model) {
    return contains(model, "grok-4.") && !contains(model, "non-reasoning") &&
           !contains(model, "grok-4.1");
}

bool is_grok_4(std::string_view model) {
    return contains(model, "grok-4");
}

bool is_grok_3_mini(std::string_view model) {
    return contains(model, "grok-3-mini");
}

bool is_speaking_gemini(std::string_view model) {
    return gemini_model(model).speech;
}

bool is_thinking_gemini(std::string_view model) {
    return gemini_model(model).thinks;
}

bool is_gemini_image(std::string_view model) {
    return gemini_model(model).gemini_family;
}

bool is_text_embedding_3(std::string_view model) {
    return contains(model, "text-embedding-3");
}

bool is_dall_e_2(std::string_view model) {
    return contains(model, "dall-e-2");
}

bool is_dall_e_3(std::string_view model) {
    return contains(model, "dall-e-3");
}

bool any(std::string_view) {
    return true;
}

/// The first row of a provider whose class holds a model decides.
struct row {
    std::string_view provider;
    bool (*holds)(std::string_view model);
    parameter_set unsupported;
};

// What only makers of other models have.
constexpr parameter_set foreign =
    parameters("verbosity include_server_side_tool_invocations context_management");
constexpr parameter_set plain = foreign | parameters("reasoning_effort thinking");
constexpr parameter_set o_series =
    foreign | parameters("top_p presence_penalty frequency_penalty logprobs top_logprobs thinking");
constexpr parameter_set one_call = parameters("parallel_tool_calls");
constexpr parameter_set skipping_gpt = parameters(
    "stop modalities prediction audio presence_penalty frequency_penalty logit_bias thinking "
    "web_search_options include_server_side_tool_invocations context_management");
constexpr parameter_set reasoning_gpt = skipping_gpt | parameters("top_p logprobs top_logprobs");
constexpr parameter_set search_gpt = parameters(
    "functions function_call temperature top_p n stop modalities prediction audio "
    "presence_penalty frequency_penalty logit_bias seed tools tool_choice logprobs top_logprobs "
    "parallel_tool_calls reasoning_effort thinking include_server_side_tool_invocations "
    "prompt_cache_key prompt_cache_retention context_management");
constexpr parameter_set azure = parameters("service_tier safety_identifier prompt_cache_retention");
constexpr parameter_set storing =
    parameters("service_tier safety_identifier prompt_cache_key prompt_cache_retention store");
constexpr parameter_set magistral =
    foreign | storing |
    parameters("functions function_call n stream_options modalities prediction audio "
               "presence_penalty frequency_penalty logit_bias user logprobs top_logprobs "
               "web_search_options");
constexpr parameter_set grok =
    foreign | storing | parameters("functions function_call modalities prediction audio thinking");
constexpr parameter_set grok_4 = grok | parameters("stop frequency_penalty");
constexpr parameter_set gemini = parameters(
    "function_call stream_options prediction logit_bias user top_logprobs verbosity "
    "safety_identifier prompt_cache_key prompt_cache_retention store context_management");
constexpr parameter_set effort = parameters("reasoning_effort");
constexpr parameter_set thoughts = parameters("reasoning_effort thinking");
constexpr parameter_set ollama =
    foreign | storing |
    parameters("function_call n stream_options modalities prediction audio presence_penalty "
               "logit_bias user logprobs top_logprobs parallel_tool_calls thinking "
               "web_search_options");

constexpr std::array chat_rows{
    row{"openai", is_search_gpt, search_gpt},
    row{"openai", can_skip_reasoning, skipping_gpt},
    row{"openai", is_reasoning_gpt, reasoning_gpt},
    row{"openai", is_o_series, o_series | one_call},
    row{"openai", is_without_formats, plain | parameters("response_format")},
    row{"openai", is_openai_model, plain},
    row{"openai", any, foreign | parameters("thinking")},
    row{"azure", is_azure_o_series, o_series},
    row{"azure", is_gpt_5_1, skipping_gpt | parameters("logprobs top_logprobs")},
    row{"azure", can_skip_reasoning, skipping_gpt},
    row{"azure", is_reasoning_gpt, reasoning_gpt},
    row{"azure", any, plain | azure},
    row{"github", any, plain},
    row{"github_copilot", can_skip_reasoning, skipping_gpt},
    row{"github_copilot", is_reasoning_gpt, reasoning_gpt},
    row{"github_copilot", is_o_series, o_series | one_call},
    row{"github_copilot", is_claude_4, foreign},
    row{"github_copilot", any, plain},
    row{"openrouter", any, foreign},
    row{"lm_studio", any, plain},
    row{"hosted_vllm", any, foreign},
    row{"openai_like", any, plain},
    row{"custom_openai", any, plain},
    row{"deepseek", any, foreign},
    row{"groq", is_gpt_oss, foreign | parameters("thinking")},
    row{"groq", is_compound, plain},
    row{"groq", any, plain | parameters("web_search_options")},
    row{"mistral", is_magistral, magistral},
    row{"mistral", is_reasoning_mistral, magistral | parameters("thinking")},
    row{"mistral", any, magistral | thoughts},
    row{"xai", is_grok_code, grok_4},
    row{"xai", is_reasoning_grok_4, grok_4},
    row{"xai", is_grok_4, grok_4 | effort},
    row{"xai", is_grok_3_mini, grok | parameters("stop") | effort},
    row{"xai", any, grok | effort},
    row{"gemini", is_speaking_gemini, gemini | thoughts},
    row{"gemini", is_thinking_gemini, gemini | parameters("audio")},
    row{"gemini", any, gemini | parameters("audio") | thoughts},
    row{"ollama_chat", any, ollama},
    row{"ollama", any, ollama},
};

constexpr std::array embedding_rows{
    row{"openai", is_text_embedding_3, 0},
    row{"openai", any, parameters("dimensions")},
    row{"lm_studio", any, parameters("dimensions encoding_format user")},
    row{"openai_like", any, parameters("dimensions encoding_format user")},
    row{"custom_openai", any, parameters("dimensions encoding_format user")},
    row{"mistral", any, parameters("dimensions user")},
    row{"gemini", any, parameters("user")},
    row{"ollama", any, parameters("user")},
    row{"ollama_chat", any, parameters("user")},
};

constexpr std::array image_rows{
    row{"openai", is_dall_e_3, parameters("imageConfig tools web_search_options")},
    row{"openai", is_dall_e_2, parameters("style imageConfig tools web_search_options")},
    row{"openai", any, parameters("response_format style imageConfig tools web_search_options")},
    row{"azure", is_dall_e_3, parameters("imageConfig tools web_search_options")},
    row{"azure", is_dall_e_2, parameters("style imageConfig tools web_search_options")},
    row{"azure", any, parameters("response_format style imageConfig tools web_search_options")},
    row{"openrouter", any,
        parameters("response_format style user imageConfig tools web_search_options")},
    row{"gemini", is_gemini_image, parameters("quality response_format style user")},
    row{"gemini", any,
        parameters("quality response_format style user imageConfig tools web_search_options")},
};

// OpenAI's older interface for texts; other providers complete them as a chat.
constexpr parameter_set openai_texts =
    foreign | storing |
    parameters("max_completion_tokens modalities prediction audio parallel_tool_calls "
               "reasoning_effort thinking web_search_options");

parameter_set find(std::span<const row> rows, std::string_view provider, std::string_view model) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const row& one) {
        return one.provider == provider && one.holds(model);
    });
    return found == rows.end() ? 0 : found->unsupported;
}

/// OpenAI's models alone are known to take `user`, whoever serves them.
parameter_set unsupported_user(std::string_view provider, std::string_view model) {
    const bool takes = provider == "xai" || provider == "azure" || is_openai_model(model);
    return takes ? 0 : parameters("user");
}

} // namespace

parameter_set unsupported_parameters(std::string_view provider, std::string_view model,
                                     model::call_type type) {
    switch (type) {
    case model::call_type::chat_completion:
        return find(chat_rows, provider, model) | unsupported_user(provider, model);
    case model::call_type::completion:
        return provider == "openai" || provider == "azure"
                   ? openai_texts
                   : find(chat_rows, provider, model) | unsupported_user(provider, model);
    case model::call_type::embedding:
        return find(embedding_rows, provider, model);
    case model::call_type::image_generation:
        return find(image_rows, provider, model);
    default:
        return 0;
    }
}

model::reasoning_kind reasoning_of(std::string_view provider, std::string_view model) {
    using enum model::reasoning_kind;
    if (provider != "openai" && provider != "azure" && provider != "github_copilot") {
        return none;
    }
    if (is_o_series(model) || (provider == "azure" && is_azure_o_series(model))) {
        return o_series;
    }
    if (!is_reasoning_gpt(model) || is_search_gpt(model)) {
        return none;
    }
    if (!can_skip_reasoning(model)) {
        return always;
    }
    const std::string_view name = last_segment(model);
    const bool skipped =
        name.starts_with("gpt-5.1") || name.starts_with("gpt-5.2") || name.starts_with("gpt-5.4");
    return skipped ? skipped_by_default : can_be_skipped;
}

} // namespace llm_proxy::providers
