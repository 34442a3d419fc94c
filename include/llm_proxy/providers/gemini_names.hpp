#pragma once

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// Tokens that models up to generation 2.5 may think for each `reasoning_effort`, as LiteLLM sets
/// them out of the box. The operator may set others.
struct thinking_budgets {
    int off = 0; // `none` and `disable`
    int least_flash = 1;
    int least_flash_lite = 512;
    int least_pro = 128;
    int least = 128; // of other models
    int low = 1024;
    int medium = 2048;
    int high = 4096;
};

/// What a model's name tells of its abilities (LiteLLM's rules; no table of models is needed).
struct gemini_model {
    explicit gemini_model(std::string_view name);

    std::string name;
    /// Generation 3 or newer: thinking levels instead of budgets, ids of tool calls, signatures.
    bool third_generation = false;
    /// Takes plain JSON Schema as `responseJsonSchema`.
    bool json_schema = false;
    bool flash = false;
    bool flash_lite = false;
    /// Thinks before it answers, and so takes a `thinkingConfig`.
    bool thinks = false;
    /// Speaks.
    bool speech = false;
    /// Media resolution is one setting for the whole request (`gemini-2*`).
    bool global_resolution = false;
    /// The name of an image model that answers `generateContent` rather than `predict`.
    bool gemini_family = false;
    thinking_budgets budgets;
};

/// The version in the path of Google's own host: generation 3 is served in full by `v1alpha`.
std::string_view gemini_api_version(const gemini_model& model);

/// LiteLLM's `mode` of models that do not chat, by the names Google gives them; empty for others.
std::string_view gemini_mode(const gemini_model& model);

} // namespace llm_proxy::providers
